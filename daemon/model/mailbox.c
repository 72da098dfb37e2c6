#include "model/mailbox.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

/* dot-atom of RFC 5322 section 3.2.3; quoted local parts are nobody's any more. */
static bool is_local(const char *text, size_t length)
{
	static const char marks[] = "!#$%&'*+-/=?^_`{|}~";

	if (length == 0 || length > MAILBOX_LOCAL_BYTES || text[0] == '.' ||
		text[length - 1] == '.')
		return false;
	for (size_t i = 0; i < length; i++)
		if (text[i] == '.' ? text[i + 1] == '.'
				   : !isalnum((unsigned char)text[i]) && !strchr(marks, text[i]))
			return false;
	return true;
}

/* Labels of letters, digits and hyphens (RFC 1123 section 2.1). */
static bool is_domain(const char *text)
{
	size_t label = 0;

	if (strlen(text) > MAILBOX_DOMAIN_BYTES)
		return false;
	for (; *text != '\0'; text++) {
		if (*text == '.' ? label == 0 || text[-1] == '-'
				 : !isalnum((unsigned char)*text) && (*text != '-' || label == 0))
			return false;
		label = *text == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return label > 0 && text[-1] != '-';
}

static bool is_address(const char *text)
{
	const char *at = strrchr(text, '@');

	return at && is_local(text, (size_t)(at - text)) && is_domain(at + 1);
}

static bool is_name(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length > MAILBOX_NAME_BYTES || !utf8_valid(text, length))
		return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7F)
			return false;
	return true;
}

/* Removes blanks at both ends, in place. */
static char *trim(char *text)
{
	size_t length;

	while (*text == ' ' || *text == '\t')
		text++;
	length = strlen(text);
	while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
		length--;
	text[length] = '\0';
	return text;
}

/* "NAME" without its quotes and backslashes, in place; another one as it is; NULL: faulty. */
static char *unquote(char *name)
{
	char *to = name;

	if (*name != '"')
		return strpbrk(name, "\"<>") ? NULL : name;
	for (const char *from = name + 1; *from != '"'; from++) {
		if (*from == '\\')
			from++;
		if (*from == '\0')
			return NULL;
		*to++ = *from;
	}
	*to = '\0';
	return name;
}

static int parse(char *text, struct mailbox *ret)
{
	char *open;
	char *close;
	char *name;

	text = trim(text);
	open = strrchr(text, '<');
	if (!open) {
		*ret = (struct mailbox){.address = text};
		return is_address(text) ? 0 : -EINVAL;
	}
	close = strchr(open, '>');
	if (!close || close[1] != '\0')
		return -EINVAL;
	*open = '\0';
	*close = '\0';
	name = trim(text);
	name = *name != '\0' ? unquote(name) : name;
	if (!name || (*name != '\0' && !is_name(name)))
		return -EINVAL;
	*ret = (struct mailbox){.name = *name != '\0' ? name : NULL, .address = trim(open + 1)};
	return is_address(ret->address) ? 0 : -EINVAL;
}

int mailbox_parse(const char *text, struct arena *arena, struct mailbox *ret)
{
	char *copy = arena_strdup(arena, text);

	return copy ? parse(copy, ret) : -ENOMEM;
}

/* The length to the next comma that stands outside of quotes. */
static size_t item_length(const char *text)
{
	bool quoted = false;
	size_t length = 0;

	for (; text[length] != '\0' && (quoted || text[length] != ','); length++) {
		if (text[length] == '"')
			quoted = !quoted;
		else if (quoted && text[length] == '\\' && text[length + 1] != '\0')
			length++;
	}
	return length;
}

int mailbox_list_parse(const char *text, struct arena *arena, struct mailbox_list *ret)
{
	struct mailbox *boxes = arena_array(arena, MAILBOXES_MAX, sizeof(*boxes));
	size_t count = 0;
	int r;

	if (!boxes)
		return -ENOMEM;
	for (;;) {
		size_t length = item_length(text);
		char *item = arena_copy(arena, text, length);

		if (count == MAILBOXES_MAX)
			return -E2BIG;
		r = item ? parse(item, &boxes[count++]) : -ENOMEM;
		if (r < 0)
			return r;
		if (text[length] == '\0')
			break;
		text += length + 1;
	}
	*ret = (struct mailbox_list){boxes, count};
	return 0;
}

const char *mailbox_domain(const struct mailbox *mailbox)
{
	return strrchr(mailbox->address, '@') + 1;
}
