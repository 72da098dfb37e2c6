#include "evil_reader.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/macro.h"
#include "worker/child.h"
#include "worker/frame.h"
#include "worker/job.h"

static void send_raw(const void *bytes, size_t length)
{
	(void)!write(STDOUT_FILENO, bytes, length);
}

static void send_ready(void)
{
	const struct answer ready = {.kind = ANSWER_READY};
	struct buffer buffer = BUFFER_INIT(1024);

	(void)answer_write(&ready, &buffer);
	send_raw(buffer.bytes, buffer.length);
	buffer_free(&buffer);
}

static void take_job(void)
{
	struct frame_input frame = {0};

	while (frame_input_read(&frame, STDIN_FILENO, JOB_BYTES_MAX) == 0)
		;
	frame_input_clear(&frame);
}

static void wait_for_good(void)
{
	for (;;)
		(void)pause();
}

static int play_garbage(void)
{
	send_ready();
	take_job();
	send_raw("\x04\0\0\0abcd", 8);
	wait_for_good();
	return 0;
}

static int play_too_much(void)
{
	send_ready();
	take_job();
	send_raw("\xff\xff\xff\x7f", 4);
	wait_for_good();
	return 0;
}

static int play_empty(void)
{
	send_ready();
	take_job();
	send_raw("\0\0\0\0", 4);
	wait_for_good();
	return 0;
}

static int play_early(void)
{
	send_ready();
	send_ready();
	wait_for_good();
	return 0;
}

/* Answers when it has seen no more than the beginning of its job. */
static int play_hasty(void)
{
	const struct answer answer = {.kind = ANSWER_FEED};
	struct buffer buffer = BUFFER_INIT(1024);
	char begin;

	send_ready();
	(void)!read(STDIN_FILENO, &begin, sizeof(begin));
	(void)answer_write(&answer, &buffer);
	send_raw(buffer.bytes, buffer.length);
	buffer_free(&buffer);
	wait_for_good();
	return 0;
}

static int play_close(void)
{
	send_ready();
	take_job();
	(void)close(STDIN_FILENO);
	(void)close(STDOUT_FILENO);
	wait_for_good();
	return 0;
}

static int play_cut(void)
{
	send_ready();
	take_job();
	send_raw("\x40\0\0\0abcd", 8);
	return 5;
}

static int play_mute(void)
{
	wait_for_good();
	return 0;
}

static int play_leave(void)
{
	return 1;
}

/* Answers with the descriptors and the environment that it found. */
static int play_inherit(void)
{
	unsigned count = 0;
	struct entry entry = {.title = "clean"};
	struct answer answer = {.kind = ANSWER_FEED, .feed = {.entries = &entry, .entry_count = 1}};
	struct buffer buffer = BUFFER_INIT(4096);

	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			count++;
	if (count != 3 || !environ[0] || environ[1] || strcmp(environ[0], "LANG=C.UTF-8") != 0)
		entry.title = "unclean";
	send_ready();
	take_job();
	(void)answer_write(&answer, &buffer);
	send_raw(buffer.bytes, buffer.length);
	buffer_free(&buffer);
	wait_for_good();
	return 0;
}

static const struct {
	const char *argument;
	int (*play)(void);
} roles[] = {
	{READER_ARGUMENT, child_main},
	{"--garbage", play_garbage},
	{"--too-much", play_too_much},
	{"--empty", play_empty},
	{"--early", play_early},
	{"--hasty", play_hasty},
	{"--close", play_close},
	{"--cut", play_cut},
	{"--mute", play_mute},
	{"--leave", play_leave},
	{"--inherit", play_inherit},
};

bool evil_reader_play(const char *argument, int *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(roles); i++)
		if (strcmp(argument, roles[i].argument) == 0) {
			*ret = roles[i].play();
			return true;
		}
	return false;
}
