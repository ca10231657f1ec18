/*
 * The calls of opencl-child.ts, in C. A line in, a line out: "launch 500" gives microseconds for one launch, "write 1"
 * and "read 1" milliseconds for one transfer, "queue 10" and "mix 1000" what memory the process has then, in bytes.
 * The first line out names the device and its driver.
 *
 * Compiles without OpenCL's headers: the prototypes are those of the OpenCL 1.2 specification, whose types have these
 * widths on every 64-bit platform.
 */
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef void *handle;

int32_t clGetPlatformIDs(uint32_t, handle *, uint32_t *);
int32_t clGetDeviceIDs(handle, uint64_t, uint32_t, handle *, uint32_t *);
int32_t clGetDeviceInfo(handle, uint32_t, size_t, void *, size_t *);
handle clCreateContext(const intptr_t *, uint32_t, const handle *, void *, void *, int32_t *);
handle clCreateCommandQueue(handle, handle, uint64_t, int32_t *);
handle clCreateBuffer(handle, uint64_t, size_t, void *, int32_t *);
handle clCreateProgramWithSource(handle, uint32_t, const char **, const size_t *, int32_t *);
int32_t clBuildProgram(handle, uint32_t, const handle *, const char *, void *, void *);
handle clCreateKernel(handle, const char *, int32_t *);
handle clCreateUserEvent(handle, int32_t *);
int32_t clSetUserEventStatus(handle, int32_t);
int32_t clSetKernelArg(handle, uint32_t, size_t, const void *);
int32_t clEnqueueNDRangeKernel(handle, handle, uint32_t, const size_t *, const size_t *, const size_t *, uint32_t,
                               const handle *, handle *);
int32_t clEnqueueReadBuffer(handle, handle, uint32_t, size_t, size_t, void *, uint32_t, const handle *, handle *);
int32_t clEnqueueWriteBuffer(handle, handle, uint32_t, size_t, size_t, const void *, uint32_t, const handle *,
                             handle *);
int32_t clWaitForEvents(uint32_t, const handle *);
int32_t clReleaseEvent(handle);
int32_t clFlush(handle);
int32_t clFinish(handle);

enum { DEVICE_NAME = 0x102B, DEVICE_VERSION = 0x102F, TRANSFER = 64 << 20, PAGE = 4096, SMALL = 64, QUEUED = 10000 };

static handle context, queue, kernel, buffer;
static char *host;
static const size_t one = 1;

static void check(int32_t status, const char *call) {
  if (status == 0) return;
  fprintf(stderr, "opencl_peer: %s gave the status %d.\n", call, status);
  exit(1);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

static void set_argument(int32_t value) { check(clSetKernelArg(kernel, 0, sizeof value, &value), "clSetKernelArg"); }

static void enqueue(uint32_t waits, const handle *wait_list, handle *event) {
  check(clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &one, NULL, waits, wait_list, event), "clEnqueueNDRangeKernel");
}

static void finish(void) { check(clFinish(queue), "clFinish"); }

static void transfer(int reads, size_t bytes) {
  if (reads) check(clEnqueueReadBuffer(queue, buffer, 1, 0, bytes, host, 0, NULL, NULL), "clEnqueueReadBuffer");
  else check(clEnqueueWriteBuffer(queue, buffer, 1, 0, bytes, host, 0, NULL, NULL), "clEnqueueWriteBuffer");
}

static void launch(void) {
  static int32_t value;
  set_argument(value++);
  enqueue(0, NULL, NULL);
  finish();
}

/* Nothing runs before all are in the queue. */
static void fill_queue(void) {
  int32_t status;
  set_argument(1);
  handle gate = clCreateUserEvent(context, &status);
  check(status, "clCreateUserEvent");
  for (int i = 0; i < QUEUED; i++) enqueue(i == 0, i == 0 ? &gate : NULL, NULL);
  check(clFlush(queue), "clFlush");
  check(clSetUserEventStatus(gate, 0), "clSetUserEventStatus");
  finish();
  check(clReleaseEvent(gate), "clReleaseEvent");
}

/* Eight calls. */
static void mix(void) {
  handle event;
  set_argument(1);
  enqueue(0, NULL, NULL);
  enqueue(0, NULL, &event);
  check(clWaitForEvents(1, &event), "clWaitForEvents");
  check(clReleaseEvent(event), "clReleaseEvent");
  transfer(0, SMALL);
  transfer(1, SMALL);
  finish();
}

static void print_memory(void) {
  unsigned long size, resident = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL || fscanf(file, "%lu %lu", &size, &resident) != 2) exit(1);
  fclose(file);
  struct mallinfo2 heap = mallinfo2();
  printf("{\"resident\":%lu,\"native\":%zu,\"heap\":0}\n", resident * sysconf(_SC_PAGESIZE),
         heap.uordblks + heap.hblkhd);
}

static void answer(const char *action, int count) {
  double start = seconds();
  for (int i = 0; i < count; i++) {
    if (strcmp(action, "launch") == 0) launch();
    else if (strcmp(action, "write") == 0) transfer(0, TRANSFER);
    else if (strcmp(action, "read") == 0) transfer(1, TRANSFER);
    else if (strcmp(action, "queue") == 0) fill_queue();
    else if (strcmp(action, "mix") == 0) mix();
    else exit(1);
  }
  double taken = (seconds() - start) / count;
  if (strcmp(action, "launch") == 0) printf("%.4f\n", taken * 1e6);
  else if (strcmp(action, "queue") == 0 || strcmp(action, "mix") == 0) print_memory();
  else printf("%.6f\n", taken * 1e3);
}

static void prepare(void) {
  int32_t status;
  handle platform, device;
  check(clGetPlatformIDs(1, &platform, NULL), "clGetPlatformIDs");
  check(clGetDeviceIDs(platform, 0xFFFFFFFF, 1, &device, NULL), "clGetDeviceIDs");
  context = clCreateContext(NULL, 1, &device, NULL, NULL, &status);
  check(status, "clCreateContext");
  queue = clCreateCommandQueue(context, device, 0, &status);
  check(status, "clCreateCommandQueue");
  const char *source = "kernel void empty(int value) {}";
  handle program = clCreateProgramWithSource(context, 1, &source, NULL, &status);
  check(status, "clCreateProgramWithSource");
  check(clBuildProgram(program, 1, &device, "", NULL, NULL), "clBuildProgram");
  kernel = clCreateKernel(program, "empty", &status);
  check(status, "clCreateKernel");
  buffer = clCreateBuffer(context, 1, TRANSFER, NULL, &status);
  check(status, "clCreateBuffer");
  host = aligned_alloc(PAGE, TRANSFER);
  if (host == NULL) exit(1);
  memset(host, 1, TRANSFER);
  transfer(0, TRANSFER);
  char name[256], version[256];
  check(clGetDeviceInfo(device, DEVICE_NAME, sizeof name, name, NULL), "clGetDeviceInfo");
  check(clGetDeviceInfo(device, DEVICE_VERSION, sizeof version, version, NULL), "clGetDeviceInfo");
  printf("%s, %s\n", name, version);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  prepare();
  char action[16];
  int count;
  while (scanf("%15s %d", action, &count) == 2) answer(action, count);
  return 0;
}
