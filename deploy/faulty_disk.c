/* A disk that fails on command, for one process: loaded with LD_PRELOAD, it fails the Nth write, sync or truncation of files
 * under one folder, once or until told otherwise. For deploy/torment; no part of the product.
 *
 *   cc -shared -fPIC -O2 -o faulty_disk.so deploy/faulty_disk.c -ldl
 *   FAULTY_DISK_CONTROL=FILE FAULTY_DISK_FOLDER=DIR LD_PRELOAD=faulty_disk.so xueji serve …
 *
 * FILE holds one `struct control`, mapped and shared: whoever else maps it arms and disarms the fault while the process runs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OP_WRITE = 1, OP_SYNC = 2, OP_TRUNCATE = 4, OP_CREATE = 8 };

/* 32 bytes, little endian; `deploy/torment_lib/disk.py` writes the same. */
struct control {
    _Atomic int32_t error;     /* errno to answer with; 0 is a healthy disk */
    _Atomic int32_t lasts;     /* 1: every matching call from the Nth on fails; 0: only the Nth */
    _Atomic int32_t ops;       /* which calls, OP_… */
    _Atomic int32_t tears;     /* 1: a failing write has written its first half */
    _Atomic int64_t countdown; /* matching calls that still succeed */
    _Atomic int64_t hits;      /* calls that have failed so far */
};

static struct control *control;
static char folder[4096];
static size_t folder_length;

__attribute__((constructor)) static void attach(void) {
    const char *file = getenv("FAULTY_DISK_CONTROL"), *place = getenv("FAULTY_DISK_FOLDER");
    if (!file || !place || strlen(place) >= sizeof folder) return;
    int descriptor = open(file, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return;
    void *page = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (page == MAP_FAILED) return;
    strcpy(folder, place);
    folder_length = strlen(folder);
    control = page;
}

static int is_inside(const char *path) {
    return strncmp(path, folder, folder_length) == 0 && (path[folder_length] == '/' || path[folder_length] == 0);
}

/* Whether the call is to fail now. */
static int is_due(int op) {
    if (atomic_load(&control->error) == 0 || !(atomic_load(&control->ops) & op)) return 0;
    if (atomic_fetch_sub(&control->countdown, 1) > 0) return 0;
    int32_t error = atomic_load(&control->lasts) ? atomic_load(&control->error) : atomic_exchange(&control->error, 0);
    if (error == 0) return 0;
    atomic_fetch_add(&control->hits, 1);
    errno = error;
    return 1;
}

static int fails(int descriptor, int op) {
    if (!control || atomic_load(&control->error) == 0 || descriptor < 3) return 0;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return is_inside(path) && is_due(op);
}

static int fails_to_create(const char *path, int flags) {
    if (!control || atomic_load(&control->error) == 0 || !(flags & O_CREAT)) return 0;
    return is_inside(path) && is_due(OP_CREATE);
}

/* The C library's own function of that name. */
#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static int tears(void) {
    int error = errno, does = atomic_load(&control->tears);
    errno = error;
    return does;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    REAL(write);
    if (!fails(descriptor, OP_WRITE)) return real(descriptor, bytes, count);
    int error = errno;
    if (tears() && count > 1) (void)!real(descriptor, bytes, count / 2);
    errno = error;
    return -1;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    REAL(pwrite);
    if (!fails(descriptor, OP_WRITE)) return real(descriptor, bytes, count, offset);
    int error = errno;
    if (tears() && count > 1) (void)!real(descriptor, bytes, count / 2, offset);
    errno = error;
    return -1;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    REAL(pwrite64);
    if (!fails(descriptor, OP_WRITE)) return real(descriptor, bytes, count, offset);
    int error = errno;
    if (tears() && count > 1) (void)!real(descriptor, bytes, count / 2, offset);
    errno = error;
    return -1;
}

ssize_t writev(int descriptor, const struct iovec *pieces, int count) {
    REAL(writev);
    return fails(descriptor, OP_WRITE) ? -1 : real(descriptor, pieces, count);
}

int fsync(int descriptor) {
    REAL(fsync);
    return fails(descriptor, OP_SYNC) ? -1 : real(descriptor);
}

int fdatasync(int descriptor) {
    REAL(fdatasync);
    return fails(descriptor, OP_SYNC) ? -1 : real(descriptor);
}

int ftruncate(int descriptor, off_t length) {
    REAL(ftruncate);
    return fails(descriptor, OP_TRUNCATE) ? -1 : real(descriptor, length);
}

int ftruncate64(int descriptor, off64_t length) {
    REAL(ftruncate64);
    return fails(descriptor, OP_TRUNCATE) ? -1 : real(descriptor, length);
}

/* What `open` takes as its third argument. */
#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list list; \
        va_start(list, flags); \
        mode = va_arg(list, mode_t); \
        va_end(list); \
    }

int open(const char *path, int flags, ...) {
    REAL(open);
    MODE(flags)
    return fails_to_create(path, flags) ? -1 : real(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    REAL(open64);
    MODE(flags)
    return fails_to_create(path, flags) ? -1 : real(path, flags, mode);
}
