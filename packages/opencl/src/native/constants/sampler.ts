// cl_addressing_mode
export const ADDRESS_NONE = 0x1130
export const ADDRESS_CLAMP_TO_EDGE = 0x1131
export const ADDRESS_CLAMP = 0x1132
export const ADDRESS_REPEAT = 0x1133
export const ADDRESS_MIRRORED_REPEAT = 0x1134

// cl_filter_mode
export const FILTER_NEAREST = 0x1140
export const FILTER_LINEAR = 0x1141

// cl_sampler_info
export const SAMPLER_REFERENCE_COUNT = 0x1150
export const SAMPLER_CONTEXT = 0x1151
export const SAMPLER_NORMALIZED_COORDS = 0x1152
export const SAMPLER_ADDRESSING_MODE = 0x1153
export const SAMPLER_FILTER_MODE = 0x1154
export const SAMPLER_MIP_FILTER_MODE = 0x1155
export const SAMPLER_LOD_MIN = 0x1156
export const SAMPLER_LOD_MAX = 0x1157
export const SAMPLER_PROPERTIES = 0x1158
