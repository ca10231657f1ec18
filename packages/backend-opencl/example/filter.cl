// A picture's edges: blurred along its rows and then its columns, which removes noise, then Sobel's operator. Pixels
// beyond the picture are those of its border.

size_t inside(const long at, const size_t length) { return clamp(at, 0L, (long)length - 1); }

kernel void blur_rows(global const float *from, global float *to, constant float *taps, const int reach) {
  const size_t x = get_global_id(0), y = get_global_id(1), width = get_global_size(0);
  float sum = 0;
  for (int tap = -reach; tap <= reach; tap++) sum += taps[tap + reach] * from[y * width + inside((long)x + tap, width)];
  to[y * width + x] = sum;
}

kernel void blur_columns(global const float *from, global float *to, constant float *taps, const int reach) {
  const size_t x = get_global_id(0), y = get_global_id(1), width = get_global_size(0), height = get_global_size(1);
  float sum = 0;
  for (int tap = -reach; tap <= reach; tap++) sum += taps[tap + reach] * from[inside((long)y + tap, height) * width + x];
  to[y * width + x] = sum;
}
