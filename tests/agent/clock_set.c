/* Preloaded, it shows a process a wall clock that is set by as many seconds as a file says, while it runs. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int (*real)(clockid_t, struct timespec *);

__attribute__((constructor)) static void find(void) {
    real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
}

int clock_gettime(clockid_t which, struct timespec *now) {
    int result = real(which, now);
    if (which == CLOCK_REALTIME && result == 0) {
        FILE *file = fopen(getenv("CLOCK_SET_BY"), "r");
        long seconds = 0;
        if (file != NULL) {
            if (fscanf(file, "%ld", &seconds) != 1) seconds = 0;
            fclose(file);
        }
        now->tv_sec += seconds;
    }
    return result;
}
