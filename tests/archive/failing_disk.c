/* Preloaded into a test: from arm() on, the n-th call that changes a file under `prefix` fails with `error`.
   With `stay` every later one fails too, as on a disk that is full or gone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char prefix[PATH_MAX];
static int armed, stay, error;
static long left, seen;

void arm(const char *where, long nth, int with, int for_good) {
    snprintf(prefix, sizeof prefix, "%s", where);
    left = nth, error = with, stay = for_good, seen = 0;
    __sync_synchronize();
    armed = 1;
}
long count(void) { return seen; }

static int fails(const char *path) {
    if (!armed || strncmp(path, prefix, strlen(prefix))) return 0;
    __sync_fetch_and_add(&seen, 1);
    long now = __sync_sub_and_fetch(&left, 1);
    if (now == 0 || (stay && now < 0)) { errno = error; return 1; }
    return 0;
}
static int fd_fails(int fd) {
    if (!armed) return 0;
    char link[64], path[PATH_MAX];
    int keep = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    errno = keep;
    if (n < 0) return 0;
    path[n] = 0;
    return fails(path);
}
#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *data, size_t n) { REAL(write); return fd_fails(fd) ? -1 : real(fd, data, n); }
ssize_t pwrite(int fd, const void *data, size_t n, off_t at) { REAL(pwrite); return fd_fails(fd) ? -1 : real(fd, data, n, at); }
ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) { REAL(pwrite64); return fd_fails(fd) ? -1 : real(fd, data, n, at); }
int fsync(int fd) { REAL(fsync); return fd_fails(fd) ? -1 : real(fd); }
int fdatasync(int fd) { REAL(fdatasync); return fd_fails(fd) ? -1 : real(fd); }
int ftruncate(int fd, off_t n) { REAL(ftruncate); return fd_fails(fd) ? -1 : real(fd, n); }
int ftruncate64(int fd, off64_t n) { REAL(ftruncate64); return fd_fails(fd) ? -1 : real(fd, n); }
int link(const char *from, const char *to) { REAL(link); return fails(to) ? -1 : real(from, to); }
int rename(const char *from, const char *to) { REAL(rename); return fails(to) ? -1 : real(from, to); }
int mkdir(const char *path, mode_t mode) { REAL(mkdir); return fails(path) ? -1 : real(path, mode); }
int unlink(const char *path) { REAL(unlink); return fails(path) ? -1 : real(path); }
