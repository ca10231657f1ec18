/* Texts and memory, without a C library. */
#include "jail.h"

void *memcpy(void *to, const void *from, size length) {
  for (size i = 0; i < length; i++) ((volatile char *)to)[i] = ((const char *)from)[i];
  return to;
}

void *memset(void *to, int value, size length) {
  for (size i = 0; i < length; i++) ((volatile char *)to)[i] = (char)value;
  return to;
}

size length_of(const char *text) {
  size length = 0;
  while (text[length]) length++;
  return length;
}

int begins(const char *text, const char *with) {
  while (*with)
    if (*text++ != *with++) return 0;
  return 1;
}

char *decimal(char *to, unsigned long value) {
  char digits[24];
  int count = 0;
  do digits[count++] = (char)('0' + value % 10);
  while (value /= 10);
  while (count > 0) *to++ = digits[--count];
  *to = 0;
  return to;
}
