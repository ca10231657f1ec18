/* Between a program and the system's OpenCL: calls that the variable STRONGROOM_LOSE names ("clFinish=-2") fail with that
   status, as they do when a device is lost or has nothing left. All others are the system's own, which this is linked with. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static int lost(const char *name) {
  const char *told = getenv("STRONGROOM_LOSE");
  size_t length = strlen(name);
  return told != NULL && strncmp(told, name, length) == 0 && told[length] == '=' ? atoi(told + length + 1) : 0;
}

#define FORWARD(name, parameters, arguments)                       \
  int name parameters {                                            \
    static int(*real) parameters;                                  \
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, #name);   \
    int status = lost(#name);                                      \
    return status != 0 ? status : real arguments;                  \
  }

FORWARD(clFinish, (void *queue), (queue))
FORWARD(clEnqueueNDRangeKernel,
        (void *queue, void *kernel, unsigned dimensions, const size_t *offset, const size_t *global, const size_t *local,
         unsigned count, void *const *waits, void **event),
        (queue, kernel, dimensions, offset, global, local, count, waits, event))
FORWARD(clEnqueueReadBuffer,
        (void *queue, void *buffer, unsigned blocking, size_t offset, size_t size, void *to, unsigned count,
         void *const *waits, void **event),
        (queue, buffer, blocking, offset, size, to, count, waits, event))
FORWARD(clEnqueueWriteBuffer,
        (void *queue, void *buffer, unsigned blocking, size_t offset, size_t size, const void *from, unsigned count,
         void *const *waits, void **event),
        (queue, buffer, blocking, offset, size, from, count, waits, event))
FORWARD(clBuildProgram,
        (void *program, unsigned count, void *const *devices, const char *options, void *notify, void *data),
        (program, count, devices, options, notify, data))
