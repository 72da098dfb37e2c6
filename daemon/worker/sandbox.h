/*
 * The cage of a reader, closed before its first untrusted byte: no new privileges, no
 * capabilities, landlock where the kernel has it, resource limits, and a seccomp filter that knows
 * only memory, time and the two ends of the pipe.  Opening or looking at files is refused with
 * EACCES, which libraries take for an absent file; every other system call ends the process with
 * SIGSYS.  There is no way out again.
 *
 * Builds with sanitizers (WIREWATCH_SANITIZED) have no limit of address space, for their shadow
 * memory reserves terabytes, and may make the harmless calls that their run-time needs.
 */
#pragma once

#include <stddef.h>

/*
 * Closes the cage around the calling process, which reads from descriptor 0 and writes to 1 (and
 * 2) only.  `memory_max` bounds the address space in bytes.  Returns 0 or -errno; after a failure
 * the process must not go on.
 */
int sandbox_enter(size_t memory_max);
