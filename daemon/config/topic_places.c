#include "config/topic_places.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "config/sections.h"

void topic_places_clear(struct topic_places *places)
{
	free(places->text);
	*places = (struct topic_places){0};
}

static bool read_file(struct topic_places *places, const char *file)
{
	if (places->file && strcmp(places->file, file) == 0)
		return places->text;
	topic_places_clear(places);
	places->file = file;
	return file_read_stored(file, CONFIG_FILE_MAX, &places->text, &places->length) >= 0;
}

/* Moves on to the line, or back to the start for an earlier one. */
static bool go_to_line(struct topic_places *places, unsigned line)
{
	if (line == 0)
		return false;
	if (places->line == 0 || line < places->line) {
		places->line = 1;
		places->start = 0;
	}
	for (; places->line < line; places->line++) {
		const char *from = places->text + places->start;
		const char *end = memchr(from, '\n', places->length - places->start);

		if (!end)
			return false;
		places->start = (size_t)(end + 1 - places->text);
	}
	return true;
}

/* The byte at which a column of valid UTF-8 begins. */
static size_t column_offset(const char *query, unsigned column)
{
	size_t i = 0;

	for (unsigned at = 1; query[i] != '\0'; i++)
		if (((unsigned char)query[i] & 0xC0) != 0x80 && at++ == column)
			break;
	return i;
}

bool topic_places_find(struct topic_places *places, const struct topic *topic, unsigned column,
	struct ini_place *ret)
{
	if (!topic->file || strcmp(topic->file, "-") == 0 || !topic->query ||
		!read_file(places, topic->file) || !go_to_line(places, topic->line))
		return false;
	if (ini_place_find(places->text + places->start, places->length - places->start, 1,
		    topic->query, column_offset(topic->query, column), ret) < 0)
		return false;
	ret->line += topic->line - 1;
	return true;
}
