/* Between a program and the system's OpenCL: devices that have no 64-bit floats. Their compilers refuse `double`, and take
   numbers without a suffix as float; all else is the system's own, which this is linked with. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define DEVICE_DOUBLE_FP_CONFIG 0x1032

static const char *const begin = "#undef cl_khr_fp64\n#define double this_device_has_no_double\n";

int clGetDeviceInfo(void *device, unsigned name, size_t size, void *value, size_t *length) {
  static int (*real)(void *, unsigned, size_t, void *, size_t *);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "clGetDeviceInfo");
  int status = real(device, name, size, value, length);
  if (status == 0 && name == DEVICE_DOUBLE_FP_CONFIG && value != NULL) memset(value, 0, size);
  return status;
}

void *clCreateProgramWithSource(void *context, unsigned count, const char **texts, const size_t *lengths, int *status) {
  static void *(*real)(void *, unsigned, const char **, const size_t *, int *);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "clCreateProgramWithSource");
  if (count > 8) return NULL;
  const char *all[9] = {begin};
  size_t each[9] = {0};
  for (unsigned index = 0; index < count; index++) {
    all[index + 1] = texts[index];
    each[index + 1] = lengths == NULL ? 0 : lengths[index];
  }
  return real(context, count + 1, all, each, status);
}

int clBuildProgram(void *program, unsigned count, void *const *devices, const char *options, void *notify, void *data) {
  static int (*real)(void *, unsigned, void *const *, const char *, void *, void *);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "clBuildProgram");
  char added[4096];
  int length = snprintf(added, sizeof added, "%s -cl-single-precision-constant", options == NULL ? "" : options);
  return length < (int)sizeof added ? real(program, count, devices, added, notify, data) : -43;
}
