#include "CFaultyFiles.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

enum { SLOTS = 32 };

struct slot {
    char folder[1024];
    int kinds, lasts, is_full, is_armed;
    long nth, calls, hits;
};

/* A file of ours; the real one follows it in memory. */
struct faulty_file {
    sqlite3_file base;
    const char *path; /* NULL for a temporary file; else SQLite keeps it while the file is open */
    sqlite3_file *real;
};

static struct slot slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sqlite3_vfs *real_vfs;
static sqlite3_vfs faulty_vfs;

static int is_due(const char *path, int kind, int *is_full) {
    int due = 0;
    if (!path) return 0;
    pthread_mutex_lock(&lock);
    for (int index = 0; index < SLOTS && !due; index++) {
        struct slot *slot = &slots[index];
        if (!slot->is_armed || !(slot->kinds & kind)) continue;
        size_t length = strlen(slot->folder);
        if (strncmp(path, slot->folder, length) != 0 || path[length] != '/') continue;
        slot->calls++;
        due = slot->calls == slot->nth || (slot->lasts && slot->calls > slot->nth);
        if (due) {
            slot->hits++;
            *is_full = slot->is_full;
        }
    }
    pthread_mutex_unlock(&lock);
    return due;
}

/* The result code of a call that is to fail; 0 for one that is not. */
static int verdict(const char *path, int kind, int error) {
    int is_full = 0;
    if (!is_due(path, kind, &is_full)) return SQLITE_OK;
    return is_full && kind == FAULTY_WRITE ? SQLITE_FULL : error;
}

#define OURS(file) ((struct faulty_file *)(file))
#define REAL(file) (OURS(file)->real)
#define FAIL(file, kind, error) \
    do { \
        int code = verdict(OURS(file)->path, kind, error); \
        if (code) return code; \
    } while (0)

static int f_close(sqlite3_file *f) { return REAL(f)->pMethods ? REAL(f)->pMethods->xClose(REAL(f)) : SQLITE_OK; }

static int f_read(sqlite3_file *f, void *bytes, int count, sqlite3_int64 offset) {
    FAIL(f, FAULTY_READ, SQLITE_IOERR_READ);
    return REAL(f)->pMethods->xRead(REAL(f), bytes, count, offset);
}

/* A write that fails has torn its page: half of it is there. */
static int f_write(sqlite3_file *f, const void *bytes, int count, sqlite3_int64 offset) {
    int code = verdict(OURS(f)->path, FAULTY_WRITE, SQLITE_IOERR_WRITE);
    if (code && count > 1) REAL(f)->pMethods->xWrite(REAL(f), bytes, count / 2, offset);
    return code ? code : REAL(f)->pMethods->xWrite(REAL(f), bytes, count, offset);
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 size) {
    FAIL(f, FAULTY_TRUNCATE, SQLITE_IOERR_TRUNCATE);
    return REAL(f)->pMethods->xTruncate(REAL(f), size);
}

static int f_sync(sqlite3_file *f, int flags) {
    FAIL(f, FAULTY_SYNC, SQLITE_IOERR_FSYNC);
    return REAL(f)->pMethods->xSync(REAL(f), flags);
}

static int f_size(sqlite3_file *f, sqlite3_int64 *size) { return REAL(f)->pMethods->xFileSize(REAL(f), size); }
static int f_lock(sqlite3_file *f, int kind) { return REAL(f)->pMethods->xLock(REAL(f), kind); }
static int f_unlock(sqlite3_file *f, int kind) { return REAL(f)->pMethods->xUnlock(REAL(f), kind); }
static int f_reserved(sqlite3_file *f, int *is) { return REAL(f)->pMethods->xCheckReservedLock(REAL(f), is); }
static int f_control(sqlite3_file *f, int op, void *arg) { return REAL(f)->pMethods->xFileControl(REAL(f), op, arg); }
static int f_sector(sqlite3_file *f) { return REAL(f)->pMethods->xSectorSize(REAL(f)); }
static int f_traits(sqlite3_file *f) { return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f)); }

static int f_map(sqlite3_file *f, int region, int size, int extends, void volatile **place) {
    FAIL(f, FAULTY_SHARED_MEMORY, SQLITE_IOERR_SHMMAP);
    return REAL(f)->pMethods->xShmMap(REAL(f), region, size, extends, place);
}

static int f_shm_lock(sqlite3_file *f, int offset, int count, int flags) {
    return REAL(f)->pMethods->xShmLock(REAL(f), offset, count, flags);
}

static void f_barrier(sqlite3_file *f) { REAL(f)->pMethods->xShmBarrier(REAL(f)); }
static int f_unmap(sqlite3_file *f, int deletes) { return REAL(f)->pMethods->xShmUnmap(REAL(f), deletes); }

static const sqlite3_io_methods methods = {
    .iVersion = 2, /* without xFetch: every read comes by */
    .xClose = f_close, .xRead = f_read, .xWrite = f_write, .xTruncate = f_truncate, .xSync = f_sync, .xFileSize = f_size,
    .xLock = f_lock, .xUnlock = f_unlock, .xCheckReservedLock = f_reserved, .xFileControl = f_control, .xSectorSize = f_sector,
    .xDeviceCharacteristics = f_traits, .xShmMap = f_map, .xShmLock = f_shm_lock, .xShmBarrier = f_barrier, .xShmUnmap = f_unmap,
};

/* As the real one does on a full disk: what cannot be opened for writing is opened for reading where it is there. */
static int v_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out) {
    (void)vfs;
    struct faulty_file *ours = OURS(file);
    ours->base.pMethods = NULL;
    ours->path = path;
    ours->real = (sqlite3_file *)(ours + 1);
    ours->real->pMethods = NULL;
    if ((flags & SQLITE_OPEN_READWRITE) && verdict(path, FAULTY_OPEN, SQLITE_CANTOPEN)) {
        flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE)) | SQLITE_OPEN_READONLY;
    }
    int code = real_vfs->xOpen(real_vfs, path, ours->real, flags, out);
    if (ours->real->pMethods) ours->base.pMethods = &methods;
    return code;
}

static int v_delete(sqlite3_vfs *vfs, const char *path, int syncs) {
    (void)vfs;
    int code = verdict(path, FAULTY_DELETE, SQLITE_IOERR_DELETE);
    return code ? code : real_vfs->xDelete(real_vfs, path, syncs);
}

static int v_access(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    (void)vfs;
    return real_vfs->xAccess(real_vfs, path, flags, result);
}

static int v_path(sqlite3_vfs *vfs, const char *path, int size, char *full) {
    (void)vfs;
    return real_vfs->xFullPathname(real_vfs, path, size, full);
}

int faulty_files_install(void) {
    pthread_mutex_lock(&lock);
    int code = SQLITE_OK;
    if (!real_vfs) {
        real_vfs = sqlite3_vfs_find(NULL);
        faulty_vfs = *real_vfs;
        faulty_vfs.zName = "faulty";
        faulty_vfs.pNext = NULL;
        faulty_vfs.szOsFile = (int)sizeof(struct faulty_file) + real_vfs->szOsFile;
        faulty_vfs.xOpen = v_open;
        faulty_vfs.xDelete = v_delete;
        faulty_vfs.xAccess = v_access;
        faulty_vfs.xFullPathname = v_path;
        code = sqlite3_vfs_register(&faulty_vfs, 1);
    }
    pthread_mutex_unlock(&lock);
    return code;
}

int faulty_files_arm(const char *folder, int kinds, long nth, int lasts, int is_full) {
    int found = -1;
    if (strlen(folder) >= sizeof slots[0].folder) return -1;
    pthread_mutex_lock(&lock);
    for (int index = 0; index < SLOTS && found < 0; index++) {
        if (slots[index].is_armed) continue;
        found = index;
        struct slot *slot = &slots[index];
        *slot = (struct slot){.kinds = kinds, .lasts = lasts, .is_full = is_full, .is_armed = 1, .nth = nth};
        strcpy(slot->folder, folder);
    }
    pthread_mutex_unlock(&lock);
    return found;
}

static long value(int slot, int is_calls) {
    if (slot < 0 || slot >= SLOTS) return 0;
    pthread_mutex_lock(&lock);
    long found = is_calls ? slots[slot].calls : slots[slot].hits;
    pthread_mutex_unlock(&lock);
    return found;
}

long faulty_files_calls(int slot) { return value(slot, 1); }
long faulty_files_hits(int slot) { return value(slot, 0); }

void faulty_files_disarm(int slot) {
    if (slot < 0 || slot >= SLOTS) return;
    pthread_mutex_lock(&lock);
    slots[slot].is_armed = 0;
    pthread_mutex_unlock(&lock);
}
