#include "worker/job.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/wire.h"
#include "extract/robots.h"
#include "worker/frame.h"

enum answer_kind job_answer_kind(enum job_kind kind)
{
	switch (kind) {
	case JOB_PAGE:
		return ANSWER_PAGE;
	case JOB_ROBOTS:
		return ANSWER_ROBOTS;
	default:
		return ANSWER_FEED;
	}
}

static const char *bounded(const char *string, size_t limit)
{
	return string && strlen(string) <= limit ? string : NULL;
}

int job_write_head(const struct job *job, struct buffer *buffer)
{
	const struct document *document = &job->document;
	size_t known = job->known_count < JOB_KNOWN_MAX ? job->known_count : JOB_KNOWN_MAX;

	if (document->length > DOCUMENT_BYTES_MAX)
		return -EFBIG;
	if (document->url && !bounded(document->url, URL_BYTES_MAX))
		return -EFBIG;
	frame_begin(buffer);
	wire_put_u8(buffer, JOB_VERSION);
	wire_put_u8(buffer, (uint8_t)job->kind);
	wire_put_u32(buffer, (uint32_t)(job->cpu_limit / USEC_MSEC));
	wire_put_string(buffer, document->url);
	wire_put_string(buffer, bounded(document->content_type, JOB_CONTENT_TYPE_MAX));
	wire_put_string(buffer, bounded(document->encoding, JOB_ENCODING_MAX));
	wire_put_string(buffer, bounded(job->agent, ROBOTS_AGENT_MAX));
	wire_put_u32(buffer, (uint32_t)known);
	(void)buffer_add(buffer, job->known, known * sizeof(*job->known));
	wire_put_u32(buffer, (uint32_t)document->length);
	return frame_end(buffer, document->length);
}

/* A string whose bytes are the server's and need not be UTF-8. */
static char *get_bytes_string(struct wire_reader *reader, size_t limit, struct arena *arena)
{
	size_t length;
	const char *bytes = wire_get_bytes(reader, limit, &length);
	char *copy;

	if (!bytes)
		return NULL;
	copy = arena_copy(arena, bytes, length);
	if (!copy)
		reader->bad = true;
	return copy;
}

/* `count` fixed-size things in place. */
static const void *get_in_place(struct wire_reader *reader, size_t bytes)
{
	const void *place = reader->bytes + reader->offset;

	if (reader->bad || bytes > reader->length - reader->offset) {
		reader->bad = true;
		return NULL;
	}
	reader->offset += bytes;
	return place;
}

int job_read(const void *bytes, size_t length, struct arena *arena, struct job *ret)
{
	struct wire_reader reader = {.bytes = bytes, .length = length};
	struct job job = {0};

	if (wire_get_u8(&reader) != JOB_VERSION)
		return -EBADMSG;
	job.kind = (enum job_kind)wire_get_u8(&reader);
	if (job.kind != JOB_FEED && job.kind != JOB_PAGE && job.kind != JOB_ROBOTS)
		return -EBADMSG;
	job.cpu_limit = wire_get_u32(&reader) * USEC_MSEC;
	job.document.url = get_bytes_string(&reader, URL_BYTES_MAX, arena);
	job.document.content_type = get_bytes_string(&reader, JOB_CONTENT_TYPE_MAX, arena);
	job.document.encoding = get_bytes_string(&reader, JOB_ENCODING_MAX, arena);
	job.agent = wire_get_string(&reader, ROBOTS_AGENT_MAX, arena);
	if (job.kind == JOB_ROBOTS && !job.agent)
		return -EBADMSG;
	job.known_count = wire_get_count(&reader, JOB_KNOWN_MAX);
	job.known = get_in_place(&reader, job.known_count * sizeof(*job.known));
	job.document.length = wire_get_count(&reader, DOCUMENT_BYTES_MAX);
	job.document.bytes = (char *)get_in_place(&reader, job.document.length);
	if (!wire_done(&reader))
		return -EBADMSG;
	*ret = job;
	return 0;
}

static bool carries_feed(const struct answer *answer)
{
	return answer->kind == ANSWER_FEED &&
		(answer->status == ANSWER_DONE || answer->status == ANSWER_NO_FEED);
}

static bool carries_rules(const struct answer *answer)
{
	return answer->kind == ANSWER_ROBOTS && answer->status == ANSWER_DONE;
}

static bool carries_page(const struct answer *answer)
{
	return answer->kind == ANSWER_PAGE && answer->status == ANSWER_DONE;
}

int answer_write(const struct answer *answer, struct buffer *buffer)
{
	frame_begin(buffer);
	wire_put_u8(buffer, JOB_VERSION);
	wire_put_u8(buffer, (uint8_t)answer->kind);
	if (answer->kind != ANSWER_READY) {
		wire_put_u8(buffer, (uint8_t)answer->status);
		wire_put_u8(buffer, answer->grown);
		wire_put_string(buffer, answer->reason);
		if (carries_feed(answer))
			parsed_feed_write(&answer->feed, buffer);
		if (carries_rules(answer))
			wire_put_string(buffer, answer->rules);
		if (carries_page(answer))
			web_page_write(&answer->page, buffer);
	}
	return frame_end(buffer, 0);
}

void answer_set_grown(struct buffer *buffer)
{
	/* behind version, kind and status */
	const size_t offset = FRAME_HEAD_BYTES + 3;

	assert(buffer->length > offset);
	buffer->bytes[offset] = 1;
}

static void read_document_answer(
	struct wire_reader *reader, struct arena *arena, struct answer *answer)
{
	uint8_t status = wire_get_u8(reader);

	if (status >= ANSWER_STATUS_MAX)
		reader->bad = true;
	answer->status = (enum answer_status)status;
	answer->grown = wire_get_u8(reader) != 0;
	answer->reason = wire_get_string(reader, ANSWER_REASON_MAX, arena);
	if (!reader->bad && carries_feed(answer))
		(void)parsed_feed_read(reader, arena, &answer->feed);
	if (!reader->bad && carries_rules(answer)) {
		answer->rules = wire_get_string(reader, ROBOTS_RULES_MAX, arena);
		reader->bad = reader->bad || !answer->rules;
	}
	if (!reader->bad && carries_page(answer))
		(void)web_page_read(reader, arena, &answer->page);
}

int answer_read(const void *bytes, size_t length, struct arena *arena, struct answer *ret)
{
	struct wire_reader reader = {.bytes = bytes, .length = length};
	struct answer answer = {0};

	if (wire_get_u8(&reader) != JOB_VERSION)
		return -EBADMSG;
	answer.kind = (enum answer_kind)wire_get_u8(&reader);
	if (answer.kind == ANSWER_FEED || answer.kind == ANSWER_PAGE ||
		answer.kind == ANSWER_ROBOTS)
		read_document_answer(&reader, arena, &answer);
	else if (answer.kind != ANSWER_READY)
		return -EBADMSG;
	if (!wire_done(&reader))
		return -EBADMSG;
	*ret = answer;
	return 0;
}
