/* Between a program and the system's OpenCL: no queue can be made whose events know when their commands ran, without which
   nothing can be measured. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

/* CL_QUEUE_PROFILING_ENABLE, and the status of devices that lack it. */
static const unsigned long profiling = 1 << 1;
static const int invalidQueueProperties = -35;

void *clCreateCommandQueue(void *context, void *device, unsigned long properties, int *status) {
  static void *(*real)(void *, void *, unsigned long, int *);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "clCreateCommandQueue");
  if ((properties & profiling) == 0) return real(context, device, properties, status);
  *status = invalidQueueProperties;
  return NULL;
}
