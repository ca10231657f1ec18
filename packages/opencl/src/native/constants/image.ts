// cl_channel_order
export const R = 0x10b0
export const A = 0x10b1
export const RG = 0x10b2
export const RA = 0x10b3
export const RGB = 0x10b4
export const RGBA = 0x10b5
export const BGRA = 0x10b6
export const ARGB = 0x10b7
export const INTENSITY = 0x10b8
export const LUMINANCE = 0x10b9
export const Rx = 0x10ba
export const RGx = 0x10bb
export const RGBx = 0x10bc
export const DEPTH = 0x10bd
export const DEPTH_STENCIL = 0x10be
export const sRGB = 0x10bf
export const sRGBx = 0x10c0
export const sRGBA = 0x10c1
export const sBGRA = 0x10c2
export const ABGR = 0x10c3

// cl_channel_type
export const SNORM_INT8 = 0x10d0
export const SNORM_INT16 = 0x10d1
export const UNORM_INT8 = 0x10d2
export const UNORM_INT16 = 0x10d3
export const UNORM_SHORT_565 = 0x10d4
export const UNORM_SHORT_555 = 0x10d5
export const UNORM_INT_101010 = 0x10d6
export const SIGNED_INT8 = 0x10d7
export const SIGNED_INT16 = 0x10d8
export const SIGNED_INT32 = 0x10d9
export const UNSIGNED_INT8 = 0x10da
export const UNSIGNED_INT16 = 0x10db
export const UNSIGNED_INT32 = 0x10dc
export const HALF_FLOAT = 0x10dd
export const FLOAT = 0x10de
export const UNORM_INT24 = 0x10df
export const UNORM_INT_101010_2 = 0x10e0

// cl_image_info
export const IMAGE_FORMAT = 0x1110
export const IMAGE_ELEMENT_SIZE = 0x1111
export const IMAGE_ROW_PITCH = 0x1112
export const IMAGE_SLICE_PITCH = 0x1113
export const IMAGE_WIDTH = 0x1114
export const IMAGE_HEIGHT = 0x1115
export const IMAGE_DEPTH = 0x1116
export const IMAGE_ARRAY_SIZE = 0x1117
export const IMAGE_BUFFER = 0x1118
export const IMAGE_NUM_MIP_LEVELS = 0x1119
export const IMAGE_NUM_SAMPLES = 0x111a
