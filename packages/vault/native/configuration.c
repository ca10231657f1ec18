/* What the app sends, read whole before anything is done. */
#include "jail.h"
#include "programs.h"

static _Alignas(8) char configuration[65536];
static size configured;

int read_all(int descriptor, char *to, size length) {
  while (length > 0) {
    result count = CALL3(__NR_read, descriptor, to, length);
    if (count == -EINTR) continue;
    if (count <= 0) return 0;
    to += count;
    length -= (size)count;
  }
  return 1;
}

int read_configuration(void) {
  u32 length = 0;
  if (!read_all(DOOR, (char *)&length, sizeof length)) return 0;
  if (length > sizeof configuration || !read_all(DOOR, configuration, length)) return 0;
  for (size at = 0; at + sizeof(struct record) <= length;) {
    const struct record *record = (const void *)(configuration + at);
    if (record->kind == END) {
      configured = at;
      return 1;
    }
    if (record->length > length - at - sizeof *record) return 0;
    int text = record->kind <= DEVICE;
    if (text && (record->length == 0 || record->bytes[record->length - 1] != 0)) return 0;
    at += sizeof *record + ((record->length + 7UL) & ~7UL);
  }
  return 0;
}

const struct record *next(enum kind kind, const struct record *from) {
  size at = from ? (size)((const char *)from - configuration) + sizeof *from + ((from->length + 7UL) & ~7UL) : 0;
  while (at < configured) {
    const struct record *record = (const void *)(configuration + at);
    if (record->kind == kind) return record;
    at += sizeof *record + ((record->length + 7UL) & ~7UL);
  }
  return 0;
}

int is_declared(const char *path) {
  const size length = length_of(path);
  for (const struct record *program = 0; (program = next(EXECUTE, program));)
    if (length + 1 == program->length && begins(path, program->bytes)) return 1;
  return 0;
}
