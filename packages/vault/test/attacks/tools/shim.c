/*
 * What can't be stopped: a library that is preloaded into the app changes how the app starts other programs. The vault is
 * started with this library in the place of its jail; there it notes that it ran, and a child of it copies the memory that
 * the jail doesn't close.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plant.c"

extern char **environ;

/* libuv starts programs by it, after it has put the new environment in place. */
int execvp(const char *file, char *const arguments[]) {
  int (*real)(const char *, char *const[]) = (int (*)(const char *, char *const[]))dlsym(RTLD_NEXT, "execvp");
  static char preload[] = "LD_PRELOAD=" SELF;
  char **to = environ;
  for (char **from = environ; *from; from++)
    if (strncmp(*from, "STRONGROOM_JAIL=", 16) != 0) *to++ = strncmp(*from, "LD_PRELOAD=", 11) == 0 ? preload : *from;
  *to = NULL;
  return real(file, arguments);
}
