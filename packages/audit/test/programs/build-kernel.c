/* Builds and runs one OpenCL kernel on the first device. Prototypes are declared here, so that no header is needed. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef void *handle;
int32_t clGetPlatformIDs(uint32_t, handle *, uint32_t *);
int32_t clGetDeviceIDs(handle, uint64_t, uint32_t, handle *, uint32_t *);
handle clCreateContext(const intptr_t *, uint32_t, const handle *, void *, void *, int32_t *);
handle clCreateCommandQueue(handle, handle, uint64_t, int32_t *);
handle clCreateProgramWithSource(handle, uint32_t, const char **, const size_t *, int32_t *);
int32_t clBuildProgram(handle, uint32_t, const handle *, const char *, void *, void *);
handle clCreateKernel(handle, const char *, int32_t *);
handle clCreateBuffer(handle, uint64_t, size_t, void *, int32_t *);
int32_t clSetKernelArg(handle, uint32_t, size_t, const void *);
int32_t clEnqueueNDRangeKernel(handle, handle, uint32_t, const size_t *, const size_t *, const size_t *, uint32_t, void *, void *);
int32_t clFinish(handle);

static void check(int32_t status, const char *what) {
  if (status == 0) return;
  fprintf(stderr, "%s: %d\n", what, status);
  exit(1);
}

int main(void) {
  const char *source =
      "__constant float secret_table[4] = {0.123f, 4.567f, 8.9012f, 3.4567f};\n"
      "__kernel void secret_layer_conv3x3(__global float *x) { size_t i = get_global_id(0); x[i] = x[i] * secret_table[i & 3]; }\n";
  handle platform, device;
  int32_t status;
  check(clGetPlatformIDs(1, &platform, 0), "clGetPlatformIDs");
  check(clGetDeviceIDs(platform, 0xffffffff, 1, &device, 0), "clGetDeviceIDs");
  handle context = clCreateContext(0, 1, &device, 0, 0, &status);
  check(status, "clCreateContext");
  handle queue = clCreateCommandQueue(context, device, 0, &status);
  check(status, "clCreateCommandQueue");
  handle program = clCreateProgramWithSource(context, 1, &source, 0, &status);
  check(status, "clCreateProgramWithSource");
  check(clBuildProgram(program, 1, &device, "-cl-mad-enable -DTILE_SIZE=16", 0, 0), "clBuildProgram");
  handle kernel = clCreateKernel(program, "secret_layer_conv3x3", &status);
  check(status, "clCreateKernel");
  handle buffer = clCreateBuffer(context, 1, 4096, 0, &status);
  check(status, "clCreateBuffer");
  check(clSetKernelArg(kernel, 0, sizeof buffer, &buffer), "clSetKernelArg");
  const size_t items = 1024;
  check(clEnqueueNDRangeKernel(queue, kernel, 1, 0, &items, 0, 0, 0, 0), "clEnqueueNDRangeKernel");
  check(clFinish(queue), "clFinish");
  return 0;
}
