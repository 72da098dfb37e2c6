#include "extract/robots.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "base/buffer.h"
#include "base/url.h"

enum {
	/* Every byte of a pattern or a path may become "%XX". */
	NORMAL_BYTES = 3 * (int)URL_BYTES_MAX + 1,
};

struct line {
	const char *name;
	size_t name_length;
	const char *value;
	size_t value_length;
};

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* "name: value # comment"; returns where to go on, NULL at the end. */
static const char *next_line(const char *text, const char *end, struct line *ret)
{
	const char *stop = text;
	const char *colon;
	const char *hash;

	if (text >= end)
		return NULL;
	while (stop < end && *stop != '\n' && *stop != '\r')
		stop++;
	*ret = (struct line){0};
	hash = memchr(text, '#', (size_t)(stop - text));
	colon = memchr(text, ':', (size_t)((hash ? hash : stop) - text));
	if (colon) {
		const char *name_end = colon;
		const char *value_end = hash ? hash : stop;

		while (text < name_end && is_blank(*text))
			text++;
		while (name_end > text && is_blank(name_end[-1]))
			name_end--;
		for (colon++; colon < value_end && is_blank(*colon);)
			colon++;
		while (value_end > colon && is_blank(value_end[-1]))
			value_end--;
		*ret = (struct line){
			text, (size_t)(name_end - text), colon, (size_t)(value_end - colon)};
	}
	return stop < end ? stop + 1 : end;
}

/* A group's agent: a product token, behind which a version may stand. */
static bool is_agent(const struct line *line, const char *agent)
{
	size_t length = 0;

	while (length < line->value_length &&
		(isalpha((unsigned char)line->value[length]) || line->value[length] == '-' ||
			line->value[length] == '_'))
		length++;
	return length > 0 && ascii_is(line->value, length, agent);
}

/* RFC 9309 section 2.2.2: what is encoded without need is decoded, what needs it is encoded. */
static size_t normalize(const char *text, size_t length, char ret[NORMAL_BYTES])
{
	static const char digits[] = "0123456789ABCDEF";
	size_t count = 0;

	for (size_t i = 0; i < length && count + 4 < (size_t)NORMAL_BYTES; i++) {
		int decoded = i + 2 < length ? url_decode(text + i) : -1;
		bool encoded = decoded >= 0;
		unsigned char byte = encoded ? (unsigned char)decoded : (unsigned char)text[i];

		if (encoded)
			i += 2;
		if ((!encoded && byte > ' ' && byte < 0x7F) ||
			(encoded && url_is_unreserved((char)byte))) {
			ret[count++] = (char)byte;
		} else {
			ret[count++] = '%';
			ret[count++] = digits[byte >> 4];
			ret[count++] = digits[byte & 15];
		}
	}
	ret[count] = '\0';
	return count;
}

static void add_rule(const struct line *line, struct buffer *rules)
{
	bool allow = ascii_is(line->name, line->name_length, "allow");
	char pattern[NORMAL_BYTES];

	if ((!allow && !ascii_is(line->name, line->name_length, "disallow")) ||
		line->value_length == 0 || line->value_length > ROBOTS_PATTERN_MAX ||
		(line->value[0] != '/' && line->value[0] != '*'))
		return;
	if (rules->length + 3 * line->value_length + 2 > ROBOTS_RULES_MAX)
		return;
	(void)normalize(line->value, line->value_length, pattern);
	(void)buffer_printf(rules, "%c%s\n", allow ? '+' : '-', pattern);
}

/* The rules of all groups for the agent ("*": for all).  Returns whether there is such a group. */
static bool read_groups(const char *text, const char *end, const char *agent, struct buffer *rules)
{
	bool all = strcmp(agent, "*") == 0;
	bool found = false;
	bool ours = false;
	bool naming = false; /* the last line named an agent */
	struct line line;

	while ((text = next_line(text, end, &line))) {
		if (ascii_is(line.name, line.name_length, "user-agent")) {
			bool match = all ? ascii_is(line.value, line.value_length, "*")
					 : is_agent(&line, agent);

			ours = naming ? ours || match : match;
			found = found || match;
			naming = true;
		} else if (line.name_length > 0) {
			naming = false;
			if (ours)
				add_rule(&line, rules);
		}
	}
	return found;
}

const char *robots_read(const char *text, size_t length, const char *agent, struct arena *arena)
{
	_cleanup_(buffer_free) struct buffer rules = BUFFER_INIT(ROBOTS_RULES_MAX);
	const char *end = text + (length < ROBOTS_BYTES_MAX ? length : ROBOTS_BYTES_MAX);

	if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		text += 3;
	if (!read_groups(text, end, agent, &rules))
		(void)read_groups(text, end, "*", &rules);
	return rules.failed == -ENOMEM ? NULL : arena_strdup(arena, buffer_string(&rules));
}

/* The next piece of a pattern, up to a `*` or its end, behind which *pattern then stands. */
static struct url_part next_piece(const char **pattern, const char *end)
{
	struct url_part piece = {.bytes = *pattern};

	while (*pattern < end && **pattern != '*')
		(*pattern)++;
	piece.length = (size_t)(*pattern - piece.bytes);
	return piece;
}

/*
 * Whether the path begins as the pattern says.  Of each piece between stars the first place that
 * fits is as good as any later one, so that a pattern costs no more than its own and the path's
 * length, however hostile: this runs in the daemon.
 */
static bool fits(const char *pattern, size_t length, const char *path)
{
	const char *end = pattern + length;
	const char *path_end = strchr(path, '\0');
	bool anchored = length > 0 && end[-1] == '$';
	struct url_part piece;

	if (anchored)
		end--;
	piece = next_piece(&pattern, end);
	if (piece.length > (size_t)(path_end - path) ||
		memcmp(path, piece.bytes, piece.length) != 0)
		return false;
	path += piece.length;
	if (pattern == end)
		return !anchored || path == path_end;
	while (pattern < end) {
		pattern++;
		piece = next_piece(&pattern, end);
		if (anchored && pattern == end)
			return piece.length <= (size_t)(path_end - path) &&
				memcmp(path_end - piece.length, piece.bytes, piece.length) == 0;
		path = memmem(path, (size_t)(path_end - path), piece.bytes, piece.length);
		if (!path)
			return false;
		path += piece.length;
	}
	return true;
}

bool robots_allow(const char *rules, const char *url)
{
	char path[NORMAL_BYTES];
	bool allowed = true;
	size_t longest = 0;
	size_t searched = 0;
	struct url parts;

	if (url_parse(url, &parts) < 0)
		return false;
	/* With its query, without the fragment. */
	if (parts.path.length == 0 && !parts.query.bytes) {
		path[0] = '/';
		path[1] = '\0';
	} else {
		(void)normalize(parts.path.bytes, strcspn(parts.path.bytes, "#"), path);
	}
	while (*rules) {
		size_t length = strcspn(rules, "\n");

		if (length > 1 && length - 1 >= longest && (*rules == '+' || *rules == '-') &&
			(length - 1 > longest || *rules == '+') &&
			fits(rules + 1, length - 1, path)) {
			longest = length - 1;
			allowed = *rules == '+';
		}
		if (memchr(rules, '*', length))
			searched += strlen(path);
		if (searched > ROBOTS_SEARCH_MAX)
			return false;
		rules += length;
		rules += *rules == '\n';
	}
	return allowed;
}
