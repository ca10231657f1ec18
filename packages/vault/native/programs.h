/* What programs.c knows of the jail. Hidden: of this shared object only. */
#ifndef STRONGROOM_PROGRAMS_H
#define STRONGROOM_PROGRAMS_H

#include "system.h"

/* Whether the backend declared the program at `path`. */
__attribute__((visibility("hidden"))) int is_declared(const char *path);

/* What the kernel told this process at its start, pairs of numbers up to a first that is 0; 0 without a jail. */
__attribute__((visibility("hidden"))) extern const u64 *auxiliary;

#endif
