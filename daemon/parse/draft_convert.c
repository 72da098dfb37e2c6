#include "parse/draft_convert.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/datetime.h"
#include "base/url.h"
#include "base/utf8.h"
#include "parse/base64.h"
#include "parse/text_repair.h"
#include "text/html_text.h"

#define PEOPLE_MAX 16 /* of an entry; more are not named */

/* A name within a longer text. */
struct person {
	const char *name;
	size_t length;
};

/* Converts markup or plain text to plain text behind what builder->text holds. */
static void add_plain(
	struct feed_builder *builder, const char *text, size_t length, bool plain, unsigned options)
{
	if (plain)
		(void)plain_text_add(text, length, options, &builder->text);
	else
		(void)html_text_add(text, length, options, &builder->text);
}

/*
 * Whether plain text still shows markup or references, because they were escaped once too often
 * ("Tom &amp;amp; Jerry", "&amp;lt;p&amp;gt;").  The source had no tags then.
 */
static bool is_escaped_twice(const char *source, size_t source_length, const struct buffer *text)
{
	static const char *const signs[] = {
		"&amp;", "&quot;", "&#", "&nbsp;", "&rsquo;", "</p>", "<br", "</a>", "</div>"};
	const char *at = buffer_string(text);

	if (memchr(source, '<', source_length))
		return false;
	for (at += strcspn(at, "&<"); *at; at += strcspn(at, "&<")) {
		for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
			if (strncmp(at, signs[i], strlen(signs[i])) == 0)
				return true;
		at++;
	}
	return false;
}

/*
 * Text without a type is plain (RFC 4287 section 3.1.1), but programs leave the type of escaped
 * markup out.  An end tag of a block tells; a title may well be about one.
 */
static bool is_plain(const struct draft_value *value, const char *text, size_t length)
{
	static const char *const signs[] = {"</p>", "</div>", "</li>", "<br>", "<br/>", "<br />"};

	if (value->form != FORM_UNTYPED || value->field == FIELD_TITLE)
		return value->form == FORM_PLAIN || value->form == FORM_UNTYPED ||
			value->form == FORM_BASE64_PLAIN;
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (memmem(text, length, signs[i], strlen(signs[i])))
			return false;
	return true;
}

/* Sets builder->text to the value's text. */
static void convert(struct feed_builder *builder, const struct draft *draft,
	const struct draft_value *value, unsigned options)
{
	_cleanup_(buffer_free) struct buffer decoded = BUFFER_INIT(DRAFT_BYTES_MAX);
	_cleanup_(buffer_free) struct buffer repaired = BUFFER_INIT(DRAFT_BYTES_MAX);
	const char *text = draft_bytes(draft, value);
	size_t length = value->length;

	buffer_reset(&builder->text);
	/* What is no base64 after all is taken as it stands; a picture is nothing to read. */
	if ((value->form == FORM_BASE64_HTML || value->form == FORM_BASE64_PLAIN) &&
		base64_decode(text, length, &decoded)) {
		if (!utf8_valid(decoded.bytes, decoded.length))
			return;
		text = decoded.bytes;
		length = decoded.length;
	}
	if (text_repair(text, length, &repaired) && !repaired.failed) {
		text = repaired.bytes;
		length = repaired.length;
	}
	add_plain(builder, text, length, is_plain(value, text, length), options);
	if (value->form == FORM_HTML && is_escaped_twice(text, length, &builder->text)) {
		_cleanup_(freep) char *once = buffer_take(&builder->text);

		builder->text = BUFFER_INIT(DRAFT_BYTES_MAX);
		if (once)
			add_plain(builder, once, strlen(once), false, options);
	}
}

/* Copies to the arena, cut at the end of a word. */
static const char *keep(struct feed_builder *builder, const char *text, size_t length, size_t limit)
{
	const char *copy = arena_copy(builder->arena, text, utf8_cut_word(text, length, limit));

	if (!copy)
		builder->failed = -ENOMEM;
	return copy;
}

const char *draft_text(struct feed_builder *builder, const struct draft *draft, enum field field,
	unsigned options, size_t limit)
{
	const struct draft_value *value = NULL;

	while ((value = draft_next(draft, field, value))) {
		convert(builder, draft, value, options);
		if (builder->text.length > 0)
			return keep(builder, builder->text.bytes, builder->text.length, limit);
	}
	return NULL;
}

/* A piece of a name without spaces, or quotes, around it. */
static struct person trim_person(const char *name, const char *end)
{
	while (name < end && *name == ' ')
		name++;
	while (name < end && end[-1] == ' ')
		end--;
	if (end - name > 2 && *name == '"' && end[-1] == '"') {
		name++;
		end--;
	}
	return (struct person){name, (size_t)(end - name)};
}

/*
 * "name@example.org (A Name)" as RSS has it, "A Name <name@example.org>" or "A Name
 * (name@example.org)": the name; where there is none, the address.
 */
static struct person cut_mail_address(const char *name, size_t length)
{
	const char *end = name + length;
	const char *at = memchr(name, '@', length);
	const char *open = memchr(name, '(', length);
	const char *angle = memchr(name, '<', length);
	struct person person = {0};

	if (open && at && end[-1] == ')')
		person = at < open ? trim_person(open + 1, end - 1) : trim_person(name, open);
	else if (angle && at && at > angle)
		person = trim_person(name, angle);
	if (person.length == 0 && open && at && at < open)
		person = trim_person(name, open);
	if (person.length == 0)
		person = trim_person(name, end);
	if (at && ascii_begins(person.name, person.length, "mailto:")) {
		person.name += strlen("mailto:");
		person.length -= strlen("mailto:");
	}
	return person;
}

/* Whether a list of names with ", " between has this one. */
static bool has_person(const struct buffer *people, const struct person *person)
{
	const char *from = buffer_string(people);
	const char *end = from + people->length;

	while (from < end) {
		const char *at = memmem(from, (size_t)(end - from), person->name, person->length);
		const char *behind = at ? at + person->length : NULL;

		if (!at)
			return false;
		if ((at == people->bytes || at[-1] == ' ') && (behind == end || *behind == ','))
			return true;
		from = at + 1;
	}
	return false;
}

/* Adds a name to a list in `people`, unless it stands there already. */
static void add_person(struct buffer *people, const char *name, size_t length)
{
	struct person person = cut_mail_address(name, length);

	if (person.length == 0 || has_person(people, &person))
		return;
	if (people->length > 0)
		(void)buffer_add_string(people, ", ");
	(void)buffer_add(people, person.name, person.length);
}

const char *draft_people(struct feed_builder *builder, const struct draft *draft, size_t limit)
{
	_cleanup_(buffer_free) struct buffer people = BUFFER_INIT(DRAFT_BYTES_MAX);
	const struct draft_value *value = NULL;
	unsigned rank = 0;
	size_t count = 0;

	while ((value = draft_next(draft, FIELD_AUTHOR, value)) && count < PEOPLE_MAX) {
		if (people.length > 0 && value->rank != rank)
			break;
		rank = value->rank;
		convert(builder, draft, value, HTML_TEXT_LINE | HTML_TEXT_KEEP_UNKNOWN);
		if (builder->text.length == 0)
			continue;
		add_person(&people, builder->text.bytes, builder->text.length);
		count++;
	}
	return people.length > 0 ? keep(builder, people.bytes, people.length, limit) : NULL;
}

const char *draft_verbatim(
	struct feed_builder *builder, const struct draft *draft, enum field field, size_t limit)
{
	const struct draft_value *value = NULL;

	while ((value = draft_next(draft, field, value))) {
		size_t length;
		const char *text = draft_trimmed(draft, value, &length);

		if (length > 0)
			return keep(builder, text, length, limit);
	}
	return NULL;
}

/* The absolute address that references of the scope are relative to; NULL where none is known. */
static const char *scope_base(struct feed_builder *builder, struct base_scope *scope)
{
	if (!scope)
		return builder->url;
	if (!scope->resolved)
		scope->resolved = url_resolve(
			scope_base(builder, scope->parent), scope->reference, scope->arena);
	return scope->resolved ? scope->resolved : builder->url;
}

/* "&amp;" that was escaped twice; no address has it. */
static void unescape_ampersands(char *url)
{
	char *to = strstr(url, "&amp;");

	for (const char *from = to; from && *from; to++) {
		*to = *from;
		from += *from == '&' && strncmp(from, "&amp;", 5) == 0 ? 5 : 1;
	}
	if (to)
		*to = '\0';
}

/* "www.example.org/page" without its scheme; no site has a folder of that name. */
static bool lacks_scheme(const char *reference)
{
	const char *host = reference + strlen("www.");

	return strncasecmp(reference, "www.", 4) == 0 && memchr(host, '.', strcspn(host, "/?#"));
}

static bool is_dangerous(const char *url)
{
	return strncasecmp(url, "javascript:", 11) == 0 || strncasecmp(url, "data:", 5) == 0 ||
		strncasecmp(url, "vbscript:", 9) == 0;
}

/* The address of a piece of the draft's text, resolved; NULL where it is none. */
static const char *resolve(struct feed_builder *builder, const struct draft_value *value,
	const char *text, size_t length)
{
	char reference[2 * URL_BYTES_MAX];
	const char *url;

	if (length == 0 || length >= sizeof(reference))
		return NULL;
	memcpy(reference, text, length);
	reference[length] = '\0';
	unescape_ampersands(reference);
	if (value->form == FORM_GUID && !url_is_http(reference))
		return NULL;
	url = lacks_scheme(reference)
		? arena_printf(builder->arena, "http://%s", reference)
		: url_resolve(scope_base(builder, value->base), reference, builder->arena);
	return url && !is_dangerous(url) ? url : NULL;
}

const char *draft_link(struct feed_builder *builder, const struct draft *draft, enum field field)
{
	const struct draft_value *value = NULL;

	while ((value = draft_next(draft, field, value))) {
		size_t length;
		const char *text = draft_trimmed(draft, value, &length);
		const char *url = resolve(builder, value, text, length);

		if (url)
			return url;
	}
	return NULL;
}

/* A date that only a program's default can mean: before 1900, or the very start of 1970. */
static bool is_absurd(int64_t seconds)
{
	return seconds == 0 || seconds < datetime_days(1900, 1, 1) * 86400;
}

static bool parse_date(struct feed_builder *builder, const struct draft *draft,
	const struct draft_value *value, int64_t *ret)
{
	size_t length;
	const char *text = draft_trimmed(draft, value, &length);
	char copy[DATETIME_BYTES_MAX + 1];
	int64_t seconds;

	if (length == 0)
		return false;
	if (length >= sizeof(copy))
		length = utf8_cut(text, length, sizeof(copy) - 1);
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (datetime_parse(copy, &seconds) == 0 && !is_absurd(seconds)) {
		*ret = seconds;
		return true;
	}
	feed_builder_diagnose(builder, feed_builder_line(builder, value->place),
		"\"%s\" is no possible date; left out", copy);
	return false;
}

/* Of several dates for the same thing the last stands: it was written after the others. */
int64_t draft_date(struct feed_builder *builder, const struct draft *draft, enum field field)
{
	const struct draft_value *value = NULL;
	int64_t best = DATE_NONE;
	unsigned rank = 0;

	while ((value = draft_next(draft, field, value))) {
		if (best != DATE_NONE && value->rank != rank)
			break;
		rank = value->rank;
		(void)parse_date(builder, draft, value, &best);
	}
	return best;
}

static void add_category(
	struct feed_builder *builder, struct entry *entry, const char *text, size_t length)
{
	while (length > 0 && *text == ' ') {
		text++;
		length--;
	}
	while (length > 0 && text[length - 1] == ' ')
		length--;
	if (length == 0 || entry->category_count == ENTRY_CATEGORIES_MAX)
		return;
	for (size_t i = 0; i < entry->category_count; i++)
		if (strlen(entry->categories[i]) == length &&
			memcmp(entry->categories[i], text, length) == 0)
			return;
	entry->categories[entry->category_count] = keep(builder, text, length, ENTRY_CATEGORY_MAX);
	if (entry->categories[entry->category_count])
		entry->category_count++;
}

/* Keywords come in one text with commas between. */
static void add_keywords(struct feed_builder *builder, struct entry *entry)
{
	const char *text = buffer_string(&builder->text);

	while (*text) {
		size_t length = strcspn(text, ",;");

		add_category(builder, entry, text, length);
		text += length;
		text += *text != '\0';
	}
}

void draft_categories(struct feed_builder *builder, const struct draft *draft, struct entry *entry)
{
	size_t count = 0;

	for (size_t i = 0; i < draft->count; i++)
		count += draft->values[i].field == FIELD_CATEGORY ||
			draft->values[i].field == FIELD_KEYWORDS;
	if (count == 0)
		return;
	entry->categories =
		arena_array(builder->arena, ENTRY_CATEGORIES_MAX, sizeof(*entry->categories));
	if (!entry->categories)
		builder->failed = -ENOMEM;
	for (size_t i = 0; i < draft->count && entry->categories; i++) {
		const struct draft_value *value = &draft->values[i];

		if (value->field != FIELD_CATEGORY && value->field != FIELD_KEYWORDS)
			continue;
		convert(builder, draft, value, HTML_TEXT_LINE | HTML_TEXT_KEEP_UNKNOWN);
		if (value->field == FIELD_KEYWORDS)
			add_keywords(builder, entry);
		else
			add_category(builder, entry, buffer_string(&builder->text),
				builder->text.length);
	}
}

static int64_t parse_length(const char *text)
{
	int64_t length = 0;
	bool found = false;

	/* "1,234,567" and "1 234 567" are numbers too; "3.5 MB" is none that could be counted on.
	 */
	for (; *text; text++) {
		if (isdigit((unsigned char)*text)) {
			found = true;
			if (__builtin_mul_overflow(length, 10, &length) ||
				__builtin_add_overflow(length, *text - '0', &length))
				return -1;
		} else if (!isspace((unsigned char)*text) && !(found && *text == ',')) {
			return -1;
		}
	}
	return found ? length : -1;
}

/* A media type without white space around it; NULL where there is none. */
static const char *keep_type(struct feed_builder *builder, const char *type)
{
	size_t length;

	type += strspn(type, " \t\r\n");
	length = strlen(type);
	while (length > 0 && isspace((unsigned char)type[length - 1]))
		length--;
	return length > 0 ? keep(builder, type, length, ENCLOSURE_TYPE_MAX) : NULL;
}

/* The same file is named more than once, by Media RSS and by RSS, with more said in one place. */
static struct enclosure *find_enclosure(const struct entry *entry, const char *url)
{
	for (size_t i = 0; i < entry->enclosure_count; i++)
		if (strcmp(entry->enclosures[i].url, url) == 0)
			return &entry->enclosures[i];
	return NULL;
}

/* The value's text is "url\0type\0length". */
static void add_enclosure(struct feed_builder *builder, const struct draft *draft,
	const struct draft_value *value, struct entry *entry)
{
	const char *url = draft_bytes(draft, value);
	size_t url_length = strlen(url);
	const char *type = url + url_length + 1;
	const char *length = type + strlen(type) + 1;
	struct enclosure enclosure = {.length = parse_length(length)};
	struct enclosure *known;

	enclosure.url = resolve(builder, value, url, url_length);
	if (!enclosure.url)
		return;
	enclosure.type = keep_type(builder, type);
	known = find_enclosure(entry, enclosure.url);
	if (!known) {
		entry->enclosures[entry->enclosure_count++] = enclosure;
		return;
	}
	known->type = known->type ? known->type : enclosure.type;
	known->length = known->length < 0 ? enclosure.length : known->length;
}

void draft_enclosures(struct feed_builder *builder, const struct draft *draft, struct entry *entry)
{
	size_t count = 0;

	for (size_t i = 0; i < draft->count; i++)
		count += draft->values[i].field == FIELD_ENCLOSURE;
	if (count > ENTRY_ENCLOSURES_MAX)
		count = ENTRY_ENCLOSURES_MAX;
	if (count == 0)
		return;
	entry->enclosures = arena_array(builder->arena, count, sizeof(*entry->enclosures));
	if (!entry->enclosures)
		builder->failed = -ENOMEM;
	for (size_t i = 0; i < draft->count && entry->enclosures; i++)
		if (draft->values[i].field == FIELD_ENCLOSURE && entry->enclosure_count < count)
			add_enclosure(builder, draft, &draft->values[i], entry);
}
