/* Logs, in order, what a process does to the files of one folder; preloaded into it.
 *
 * Each call and its record are one step under a lock, so the log has the order in which the kernel saw them. Records
 * are those of recording.py: a header of fixed size, then the payload. A call that changes a file in a way that the
 * log cannot say is logged as 'X', and makes the recording worthless. System calls are made directly: nothing here
 * depends on what else was preloaded.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct header {
    uint64_t kind, inode, offset, length;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;
static int target = -1;
static long syncs_left; /* until the process dies where it should have synced; 0: it never does */

__attribute__((constructor)) static void begin(void) {
    const char *log = getenv("POWERCUT_LOG"), *syncs = getenv("POWERCUT_SYNCS");
    if (log == NULL || getenv("POWERCUT_FOLDER") == NULL) return;
    target = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (target < 0) _exit(99);
    syncs_left = syncs == NULL ? 0 : atol(syncs);
    folder = getenv("POWERCUT_FOLDER");
}

static void note(char kind, ino_t inode, off_t offset, const void *payload, size_t length) {
    struct header header = {(uint64_t)kind, inode, (uint64_t)offset, length};
    struct iovec parts[] = {{&header, sizeof header}, {(void *)payload, length}};
    if (syscall(SYS_writev, target, parts, 2) != (long)(sizeof header + length)) _exit(98);
}

/* The path within the folder, "" for the folder itself, NULL for whatever is elsewhere. */
static const char *within(const char *path) {
    size_t length = folder == NULL ? 0 : strlen(folder);
    if (length == 0 || strncmp(path, folder, length) != 0) return NULL;
    if (path[length] == '\0') return path + length;
    return path[length] == '/' ? path + length + 1 : NULL;
}

/* The same for what a descriptor stands for; fills in what the kernel knows of it. */
static const char *behind(int file, struct stat *is, char path[4096]) {
    char link[32];
    if (folder == NULL) return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, 4095);
    if (length < 0) return NULL;
    path[length] = '\0';
    const char *name = within(path);
    return name != NULL && fstat(file, is) == 0 ? name : NULL;
}

static int opened(const char *path, int flags, mode_t mode) {
    const char *name = within(path);
    struct stat is;
    pthread_mutex_lock(&lock);
    int existed = name == NULL || stat(path, &is) == 0;
    int file = syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    int error = errno;
    if (name != NULL && file >= 0 && fstat(file, &is) == 0) {
        if (!existed) note('C', is.st_ino, 0, name, strlen(name));
        else if (flags & O_TRUNC) note('T', is.st_ino, 0, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return file;
}

#define OPEN(function)                                   \
    int function(const char *path, int flags, ...) {     \
        va_list more;                                    \
        va_start(more, flags);                           \
        mode_t mode = va_arg(more, mode_t);              \
        va_end(more);                                    \
        return opened(path, flags, mode);                \
    }
OPEN(open)
OPEN(open64)

/* offset -1: where the file stands. */
static ssize_t written(int file, const void *data, size_t length, off_t offset) {
    char path[4096];
    struct stat is;
    pthread_mutex_lock(&lock);
    const char *name = behind(file, &is, path);
    ssize_t done = offset < 0 ? syscall(SYS_write, file, data, length)
                              : syscall(SYS_pwrite64, file, data, length, offset);
    int error = errno;
    if (name != NULL && done > 0) {
        if (offset < 0) offset = lseek(file, 0, SEEK_CUR) - done;
        note('W', is.st_ino, offset, data, done);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

ssize_t write(int file, const void *data, size_t length) { return written(file, data, length, -1); }
ssize_t pwrite(int file, const void *data, size_t length, off_t offset) { return written(file, data, length, offset); }
ssize_t pwrite64(int file, const void *data, size_t length, off_t offset) { return written(file, data, length, offset); }

static int truncated(int file, off_t size) {
    char path[4096];
    struct stat is;
    pthread_mutex_lock(&lock);
    const char *name = behind(file, &is, path);
    int failed = syscall(SYS_ftruncate, file, size);
    int error = errno;
    if (name != NULL && !failed) note('T', is.st_ino, size, NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return failed;
}

int ftruncate(int file, off_t size) { return truncated(file, size); }
int ftruncate64(int file, off_t size) { return truncated(file, size); }

static int synced(int file, long call) {
    char path[4096];
    struct stat is;
    pthread_mutex_lock(&lock);
    const char *name = behind(file, &is, path);
    if (name != NULL && syncs_left > 0 && --syncs_left == 0) raise(SIGKILL);
    int failed = syscall(call, file);
    int error = errno;
    if (name != NULL && !failed) note(*name == '\0' ? 'D' : 'S', is.st_ino, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return failed;
}

int fsync(int file) { return synced(file, SYS_fsync); }
int fdatasync(int file) { return synced(file, SYS_fdatasync); }

int rename(const char *from, const char *to) {
    const char *old = within(from), *new = within(to);
    char both[8192];
    pthread_mutex_lock(&lock);
    int failed = syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    int error = errno;
    if (!failed && old != NULL && new != NULL)
        note('R', 0, 0, both, snprintf(both, sizeof both, "%s%c%s", old, '/', new));
    else if (!failed && (old != NULL || new != NULL)) note('X', 0, 0, "rename", 6);
    pthread_mutex_unlock(&lock);
    errno = error;
    return failed;
}

int unlink(const char *path) {
    const char *name = within(path);
    pthread_mutex_lock(&lock);
    int failed = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    int error = errno;
    if (name != NULL && !failed) note('U', 0, 0, name, strlen(name));
    pthread_mutex_unlock(&lock);
    errno = error;
    return failed;
}

/* Memory that is written to a file behind the log's back; the index beside the log is no durable state. */
static void *mapped(void *at, size_t length, int rights, int flags, int file, off_t offset) {
    char path[4096];
    struct stat is;
    const char *name = file >= 0 && (flags & MAP_SHARED) && (rights & PROT_WRITE) ? behind(file, &is, path) : NULL;
    if (name != NULL && strstr(name, "-shm") == NULL) note('X', is.st_ino, 0, "mmap", 4);
    return (void *)syscall(SYS_mmap, at, length, rights, flags, file, offset);
}

void *mmap(void *at, size_t length, int rights, int flags, int file, off_t offset) {
    return mapped(at, length, rights, flags, file, offset);
}
void *mmap64(void *at, size_t length, int rights, int flags, int file, off_t offset) {
    return mapped(at, length, rights, flags, file, offset);
}

/* Ways to change a file that neither SQLite nor the journal uses today; whoever begins to is found out. */
#define UNSAID(result, function, parameters, arguments)                                        \
    result function parameters {                                                               \
        char path[4096];                                                                       \
        struct stat is;                                                                        \
        if (behind(file, &is, path) != NULL) note('X', 0, 0, #function, strlen(#function));    \
        return syscall arguments;                                                              \
    }
UNSAID(ssize_t, writev, (int file, const struct iovec *parts, int count), (SYS_writev, file, parts, count))
UNSAID(int, fallocate, (int file, int mode, off_t from, off_t size), (SYS_fallocate, file, mode, from, size))
UNSAID(int, fallocate64, (int file, int mode, off_t from, off_t size), (SYS_fallocate, file, mode, from, size))
