/*
 * A disk that fails: SQLite's own VFS with one call among its writes, syncs and truncations that
 * returns an error, once or from then on.  Installed as the default before a store is opened.
 */
#pragma once

#include <stdbool.h>

struct faulty_disk {
	unsigned calls;   /* so far */
	unsigned fail_at; /* the number of the call that fails; 0: none */
	bool lasting;     /* and all after it */
	int error;        /* an SQLite result */
};

extern struct faulty_disk faulty_disk;

void faulty_disk_install(void);
