#include "parse/xml_skip.h"

#include <string.h>

#include "parse/xml_characters.h"
#include "parse/xml_names.h"

/* Bytes of names. */
static const bool name_bytes[256] = {
	['0' ... '9'] = true,
	['A' ... 'Z'] = true,
	['a' ... 'z'] = true,
	['_'] = true,
	['-'] = true,
	['.'] = true,
	[':'] = true,
};

struct skipper {
	const char *at;
	const char *end;
	struct entry_hash *hash;
	const char *name; /* the entry's */
	size_t name_length;
	const char *counter; /* the one in which it is, or NULL */
	size_t counter_length;
	bool done;
};

const char *xml_name_end(const char *text, const char *end)
{
	while (text < end && name_bytes[(unsigned char)*text])
		text++;
	return text;
}

/* Behind the next `word`. */
static bool skip_past(struct skipper *skipper, const char *word)
{
	const char *found =
		memmem(skipper->at, (size_t)(skipper->end - skipper->at), word, strlen(word));

	if (!found)
		return false;
	skipper->at = found + strlen(word);
	return true;
}

/* Behind the section's end. */
static bool skip_section(struct skipper *skipper)
{
	const char *close = xml_section_end(skipper->at, skipper->end);

	skipper->at = close ? close + strlen("]]>") : skipper->at;
	return close;
}

/* Behind the ">" of a tag; quoted values may hold others. */
static bool skip_tag(struct skipper *skipper)
{
	const char *text = skipper->at;

	for (; text < skipper->end; text++) {
		if (*text == '>') {
			skipper->at = text + 1;
			return true;
		}
		if (*text == '"' || *text == '\'')
			text = memchr(text + 1, *text, (size_t)(skipper->end - text - 1));
		if (!text)
			return false;
	}
	return false;
}

static bool is_name(const char *text, size_t length, const char *name, size_t name_length)
{
	return length == name_length && memcmp(text, name, length) == 0;
}

static bool start_tag(struct skipper *skipper)
{
	const char *name = skipper->at + 1;
	size_t length = (size_t)(xml_name_end(name, skipper->end) - name);
	bool counter;

	skipper->at = name;
	if (is_name(name, length, skipper->name, skipper->name_length))
		return false; /* nested */
	counter = !skipper->counter && xml_name_is_counter(name, length);
	/* What is no counter is passed over with the text behind it. */
	if (!counter)
		return true;
	if (!skip_tag(skipper))
		return false;
	if (skipper->at[-2] != '/') {
		skipper->counter = name;
		skipper->counter_length = length;
		entry_hash_pause(skipper->hash, skipper->at);
	}
	return true;
}

static bool end_tag(struct skipper *skipper)
{
	const char *tag = skipper->at;
	const char *name = tag + 2;
	size_t length = (size_t)(xml_name_end(name, skipper->end) - name);

	skipper->at = name;
	if (skipper->counter && is_name(name, length, skipper->counter, skipper->counter_length)) {
		entry_hash_resume(skipper->hash, tag);
		skipper->counter = NULL;
	}
	skipper->done = is_name(name, length, skipper->name, skipper->name_length);
	return !skipper->done || skip_tag(skipper);
}

static bool declaration(struct skipper *skipper)
{
	size_t left = (size_t)(skipper->end - skipper->at);

	if (skipper->at[1] == '?')
		return skip_past(skipper, "?>");
	if (left > 4 && memcmp(skipper->at, "<!--", 4) == 0)
		return skip_past(skipper, "-->");
	return left > 9 && memcmp(skipper->at, "<![CDATA[", 9) == 0 && skip_section(skipper);
}

/* All behind the entry's own tag, to behind its end tag. */
static bool skip_content(struct skipper *skipper)
{
	bool good = true;

	while (good && !skipper->done) {
		skipper->at = memchr(skipper->at, '<', (size_t)(skipper->end - skipper->at));
		if (!skipper->at || skipper->end - skipper->at < 2)
			return false;
		if (skipper->at[1] == '/')
			good = end_tag(skipper);
		else if (skipper->at[1] == '!' || skipper->at[1] == '?')
			good = declaration(skipper);
		else
			good = start_tag(skipper);
	}
	return good;
}

const char *xml_skip_entry(
	const char *text, const char *end, struct entry_hash *hash, struct digest *ret)
{
	const char *name_end = xml_name_end(text + 1, end);
	struct skipper skipper = {
		.at = name_end,
		.end = end,
		.hash = hash,
		.name = text + 1,
		.name_length = (size_t)(name_end - text - 1),
	};
	bool found;

	entry_hash_begin(hash, text);
	found = skip_tag(&skipper) && (skipper.at[-2] == '/' || skip_content(&skipper));
	*ret = entry_hash_end(hash, found ? skipper.at : text);
	return found ? skipper.at : NULL;
}
