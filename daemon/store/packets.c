#include "store/packets.h"

#include <errno.h>
#include <string.h>

#include "store/statement.h"
#include "store/text_codec.h"

enum {
	ROOM_BYTES = PACKET_BYTES + 1024, /* for a packet of several texts, and the arena's own */
};

static const char add_sql[] = "INSERT INTO packets (key, first_seen, texts) VALUES (?, ?, ?)";
static const char get_sql[] = "SELECT texts FROM packets WHERE key = ?";

int packets_init(struct packets *packets)
{
	packets->texts = BUFFER_INIT(ARTICLE_TEXT_MAX);
	return arena_new(ROOM_BYTES, &packets->room);
}

void packets_free(struct packets *packets)
{
	buffer_free(&packets->texts);
	arena_free(packets->room);
}

/* Ends the one that is being filled.  A single long text's memory is not kept. */
static void end_packet(struct packets *packets)
{
	packets->state = (struct packet_state){0};
	if (packets->texts.size > 2 * PACKET_BYTES)
		buffer_free(&packets->texts);
	else
		buffer_reset(&packets->texts);
}

static bool has_room(const struct packet_state *state, usec first_seen, size_t length)
{
	return state->length + length <= PACKET_BYTES &&
		first_seen <= usec_add(state->oldest, PACKET_SPAN) &&
		state->newest <= usec_add(first_seen, PACKET_SPAN);
}

int packets_add(struct store *store, int64_t article, usec first_seen, const char *text,
	struct text_place *ret)
{
	struct packets *packets = &store->packets;
	struct packet_state *state = &packets->state;
	size_t length = strlen(text);
	int r = 0;

	if (state->key != 0 && !has_room(state, first_seen, length))
		r = packets_write(store);
	if (r < 0)
		return r;
	if (state->key == 0)
		*state = (struct packet_state){
			.key = article, .oldest = first_seen, .newest = first_seen};
	ret->packet = state->key;
	ret->at = (int64_t)state->length;
	ret->length = (int64_t)length;
	r = buffer_add(&packets->texts, text, length);
	if (r < 0)
		return store_write_failed(store, r);
	state->length += length;
	if (first_seen < state->oldest)
		state->oldest = first_seen;
	if (first_seen > state->newest)
		state->newest = first_seen;
	return 0;
}

int packets_write(struct store *store)
{
	struct packets *packets = &store->packets;
	_cleanup_(statement_end) struct statement s = {0};
	const void *frame;
	size_t length;
	int r;

	if (packets->state.key == 0)
		return 0;
	s = statement_write(store, add_sql);
	r = text_codec_pack(store->codec, buffer_string(&packets->texts), packets->texts.length,
		&frame, &length);
	if (r < 0)
		return store_write_failed(store, r);
	bind_int(&s, packets->state.key);
	bind_usec(&s, packets->state.newest);
	bind_blob(&s, frame, length);
	r = statement_done(&s);
	if (r == 0)
		end_packet(packets);
	return r;
}

void packets_forget(struct packets *packets)
{
	end_packet(packets);
	packets->unpacked = 0;
}

/* Returns 1, or 0 where it is forgotten. */
static int find(struct statement *s, int64_t packet, const void **ret, size_t *ret_length)
{
	int r;

	bind_int(s, packet);
	r = statement_row(s);
	if (r > 0)
		*ret = column_blob(s, NULL, ret_length);
	return r;
}

/* Unpacks the one into packets->room.  Returns as find() does. */
static int unpack(struct store *store, int64_t packet)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, get_sql);
	struct packets *packets = &store->packets;
	const void *frame;
	size_t length;
	int r;

	packets->unpacked = 0;
	arena_reset(packets->room);
	r = find(&s, packet, &frame, &length);
	if (r <= 0)
		return r;
	r = text_codec_unpack(
		store->codec, frame, length, packets->room, &packets->bytes, &packets->length);
	if (r < 0)
		return r;
	packets->unpacked = packet;
	return 1;
}

int packets_mark(struct store *store, struct packet_state *ret)
{
	int r = 0;

	/* A single long text is not unpacked again: what is noted has the room that a packet has.
	 */
	if (store->packets.state.length > PACKET_BYTES)
		r = packets_write(store);
	*ret = store->packets.state;
	return r;
}

int packets_restore(struct store *store, const struct packet_state *mark)
{
	struct packets *packets = &store->packets;
	int r = 1;

	if (mark->key == 0) {
		packets_forget(packets);
		return 0;
	}
	if (packets->state.key != mark->key) {
		end_packet(packets);
		r = unpack(store, mark->key);
		if (r > 0)
			r = buffer_add(&packets->texts, packets->bytes, packets->length);
		else if (r == 0)
			r = -EBADMSG;
	}
	if (r < 0)
		return r;
	packets->unpacked = 0;
	packets->state = *mark;
	buffer_truncate(&packets->texts, mark->length);
	return 0;
}

static int copy_piece(const char *bytes, size_t length, const struct text_place *place,
	struct arena *arena, const char **ret)
{
	if (place->at < 0 || (uint64_t)place->at > length || place->length < 0 ||
		(uint64_t)place->length > length - (size_t)place->at)
		return -EBADMSG;
	*ret = arena_copy(arena, bytes + place->at, (size_t)place->length);
	return *ret ? 0 : -ENOMEM;
}

/* The text of a packet that has but this one, and perhaps more than packets->room takes. */
static int read_single(
	struct store *store, const struct text_place *place, struct arena *arena, const char **ret)
{
	_cleanup_(statement_end) struct statement s = statement_read(store, get_sql);
	const void *frame;
	size_t length;
	int r;

	r = find(&s, place->packet, &frame, &length);
	if (r <= 0)
		return r;
	return text_codec_unpack(store->codec, frame, length, arena, ret, &length);
}

int packets_read(
	struct store *store, const struct text_place *place, struct arena *arena, const char **ret)
{
	struct packets *packets = &store->packets;
	int r = 1;

	*ret = NULL;
	if (place->packet == 0)
		return 0;
	if (place->packet == packets->state.key)
		return copy_piece(
			buffer_string(&packets->texts), packets->texts.length, place, arena, ret);
	if (place->length > PACKET_BYTES)
		return read_single(store, place, arena, ret);
	if (place->packet != packets->unpacked)
		r = unpack(store, place->packet);
	if (r <= 0)
		return r;
	return copy_piece(packets->bytes, packets->length, place, arena, ret);
}
