/*
 * Preloaded into a daemon by its tests: the wall clock is off by what stands in the file that
 * $STEPPED_CLOCK names, as nanoseconds in eight bytes, and may be stepped at any time.  Time
 * namespaces leave CLOCK_REALTIME alone, and the machine's own clock is not a test's to set.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const int64_t nanoseconds = 1000000000;
static const volatile int64_t *offset;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("STEPPED_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *page =
		fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*offset), PROT_READ, MAP_SHARED, fd, 0);

	if (fd >= 0)
		(void)close(fd);
	if (page != MAP_FAILED)
		offset = page;
}

__attribute__((visibility("default"))) int clock_gettime(clockid_t id, struct timespec *ret)
{
	int64_t time;
	long r = syscall(SYS_clock_gettime, id, ret);

	if (r == 0 && offset && id == CLOCK_REALTIME) {
		time = ret->tv_sec * nanoseconds + ret->tv_nsec + *offset;
		ret->tv_sec = time / nanoseconds;
		ret->tv_nsec = time % nanoseconds;
	}
	return (int)r;
}
