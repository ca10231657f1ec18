// How much the brightness changes at a pixel, whichever way, times strength: at most 1.
kernel void edges(global const float *from, global float *to, const float strength) {
  const size_t x = get_global_id(0), y = get_global_id(1), width = get_global_size(0), height = get_global_size(1);
  float light[3][3];
  for (int row = 0; row < 3; row++)
    for (int column = 0; column < 3; column++)
      light[row][column] = from[inside((long)y + row - 1, height) * width + inside((long)x + column - 1, width)];
  const float across = light[0][2] + 2 * light[1][2] + light[2][2] - light[0][0] - 2 * light[1][0] - light[2][0];
  const float down = light[2][0] + 2 * light[2][1] + light[2][2] - light[0][0] - 2 * light[0][1] - light[0][2];
  to[y * width + x] = min(1.0f, strength * sqrt(across * across + down * down));
}
