#ifndef CFAULTYFILES_H
#define CFAULTYFILES_H

/* An SQLite file system for tests: passes every call to the default one, and fails the Nth call of some kinds on files under
 * one folder, once or for good, as SQLite's own I/O error tests do. */

enum {
    FAULTY_OPEN = 1,
    FAULTY_READ = 2,
    FAULTY_WRITE = 4,
    FAULTY_SYNC = 8,
    FAULTY_TRUNCATE = 16,
    FAULTY_DELETE = 32,
    FAULTY_SHARED_MEMORY = 64
};

/* Makes it the process' default file system; once is enough. Returns an SQLite result code. */
int faulty_files_install(void);

/* The `nth` call of the given kinds under the folder fails, from 1; when `lasts`, every later one too. A full disk answers
 * SQLITE_FULL to writes where `is_full`. Returns a slot, or -1 when all are taken. */
int faulty_files_arm(const char *folder, int kinds, long nth, int lasts, int is_full);

/* Matching calls since it was armed, failed ones included. */
long faulty_files_calls(int slot);

/* Calls that have failed. */
long faulty_files_hits(int slot);

void faulty_files_disarm(int slot);

#endif
