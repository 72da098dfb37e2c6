#include "parse/xml_filter.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/macro.h"

enum {
	FILTER_BYTES_MAX = 64 * 1024 * 1024, /* no document is larger, even in UTF-8 */
};

/* Elements whose content changes while the entry does not: counters of comments and views. */
static const char *const counters[] = {"slash:comments", "slash:hit_parade", "thr:total",
	"media:community", "media:statistics", "media:starRating"};

struct scanner {
	struct xml_filter *filter;
	const struct digest *known;
	size_t known_count;
	const char *end;
	const char *at;      /* where the scanner is */
	const char *written; /* up to where the source is dealt with */
	/* The entry in which the scanner is; NULL outside. */
	const char *entry;
	struct xml_section entry_name;
	size_t entry_sections; /* sections before it */
	size_t entry_text;     /* length of the filtered text before it */
	struct buffer hashed;  /* its bytes without counters */
	const char *hashed_to;
};

static bool starts_with(const struct scanner *scanner, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(scanner->end - scanner->at) >= length &&
		memcmp(scanner->at, word, length) == 0;
}

static const char *find(const struct scanner *scanner, const char *word)
{
	return memmem(scanner->at, (size_t)(scanner->end - scanner->at), word, strlen(word));
}

static bool is_name_end(char byte)
{
	return byte == '>' || byte == ' ' || byte == '/' || byte == '\n' || byte == '\t' ||
		byte == '\r';
}

static struct xml_section name_at(const struct scanner *scanner, const char *text)
{
	struct xml_section name = {text, 0};

	while (text < scanner->end && !is_name_end(*text))
		text++;
	name.length = (size_t)(text - name.bytes);
	return name;
}

static bool section_is(const struct xml_section *section, const char *word)
{
	return section->length == strlen(word) &&
		memcmp(section->bytes, word, section->length) == 0;
}

/* "item" or "entry", with any prefix. */
static bool is_entry_name(const struct xml_section *name)
{
	const char *colon = memchr(name->bytes, ':', name->length);
	struct xml_section local = *name;

	if (colon) {
		local.bytes = colon + 1;
		local.length -= (size_t)(local.bytes - name->bytes);
	}
	return section_is(&local, "item") || section_is(&local, "entry");
}

static bool is_counter(const struct xml_section *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		if (section_is(name, counters[i]))
			return true;
	return false;
}

/* Copies the source up to `to` into the filtered text. */
static void write_to(struct scanner *scanner, const char *to)
{
	(void)buffer_add(&scanner->filter->text, scanner->written, (size_t)(to - scanner->written));
	scanner->written = to;
}

static void write_line_breaks(struct scanner *scanner, const char *text, const char *end)
{
	while ((text = memchr(text, '\n', (size_t)(end - text)))) {
		(void)buffer_add_char(&scanner->filter->text, '\n');
		text++;
	}
}

/* Adds the entry's bytes up to `to` to what its digest is made of. */
static void hash_to(struct scanner *scanner, const char *to)
{
	(void)buffer_add(&scanner->hashed, scanner->hashed_to, (size_t)(to - scanner->hashed_to));
	scanner->hashed_to = to;
}

static bool is_known(const struct scanner *scanner, const struct digest *digest)
{
	return scanner->known_count > 0 &&
		bsearch(digest, scanner->known, scanner->known_count, sizeof(*digest),
			digest_compare);
}

static void end_entry(struct scanner *scanner)
{
	struct xml_filter *filter = scanner->filter;
	struct digest digest;

	/* Most entries have no counters: their bytes are hashed where they stand. */
	if (scanner->hashed.length == 0) {
		digest = digest_bytes(scanner->entry, (size_t)(scanner->at - scanner->entry));
	} else {
		hash_to(scanner, scanner->at);
		digest = digest_bytes(scanner->hashed.bytes, scanner->hashed.length);
	}
	if (is_known(scanner, &digest)) {
		filter->known_count++;
		filter->text.length = scanner->entry_text;
		filter->sections.length = scanner->entry_sections;
		write_line_breaks(scanner, scanner->entry, scanner->at);
		scanner->written = scanner->at;
	} else {
		(void)buffer_add(&filter->digests, &digest, sizeof(digest));
	}
	scanner->entry = NULL;
}

/* The ">" of the tag at scanner->at; quoted values may hold others. */
static const char *tag_end(const struct scanner *scanner)
{
	for (const char *text = scanner->at; text < scanner->end; text++) {
		if (*text == '>')
			return text;
		if (*text == '"' || *text == '\'')
			text = memchr(text + 1, *text, (size_t)(scanner->end - text - 1));
		if (!text)
			return NULL;
	}
	return NULL;
}

static int start_entry(struct scanner *scanner, const struct xml_section *name)
{
	const char *close = tag_end(scanner);

	if (!close)
		return -EBADMSG;
	write_to(scanner, scanner->at);
	scanner->entry = scanner->at;
	scanner->entry_name = *name;
	scanner->entry_text = scanner->filter->text.length;
	scanner->entry_sections = scanner->filter->sections.length;
	scanner->hashed_to = scanner->at;
	buffer_reset(&scanner->hashed);
	scanner->at = close + 1;
	if (close[-1] == '/')
		end_entry(scanner);
	return 0;
}

/* A counter's content is left out of the digest. */
static int skip_counter(struct scanner *scanner, const struct xml_section *name)
{
	const char *close = tag_end(scanner);

	if (!close)
		return -EBADMSG;
	scanner->at = close + 1;
	hash_to(scanner, scanner->at);
	if (close[-1] == '/')
		return 0;
	for (;;) {
		struct xml_section closing;

		scanner->at = find(scanner, "</");
		if (!scanner->at)
			return -EBADMSG;
		closing = name_at(scanner, scanner->at + 2);
		if (closing.length == name->length &&
			memcmp(closing.bytes, name->bytes, name->length) == 0)
			break;
		scanner->at += 2;
	}
	scanner->hashed_to = scanner->at;
	return 0;
}

static int start_tag(struct scanner *scanner)
{
	struct xml_section name = name_at(scanner, scanner->at + 1);

	if (!scanner->entry && is_entry_name(&name))
		return start_entry(scanner, &name);
	if (scanner->entry && is_entry_name(&name))
		return -EBADMSG; /* nested: libxml2 shall tell */
	if (scanner->entry && is_counter(&name))
		return skip_counter(scanner, &name);
	scanner->at++;
	return 0;
}

static int end_tag(struct scanner *scanner)
{
	struct xml_section name = name_at(scanner, scanner->at + 2);
	const char *close;

	scanner->at += 2;
	if (!scanner->entry || name.length != scanner->entry_name.length ||
		memcmp(name.bytes, scanner->entry_name.bytes, name.length) != 0)
		return 0;
	close = tag_end(scanner);
	if (!close)
		return -EBADMSG;
	scanner->at = close + 1;
	end_entry(scanner);
	return 0;
}

/* Notes the section and writes its stand-in. */
static int cdata(struct scanner *scanner)
{
	static const char open[] = "<![CDATA[";
	const char *close = find(scanner, "]]>");
	struct xml_section section = {.bytes = scanner->at + sizeof(open) - 1};

	if (!close)
		return -EBADMSG;
	section.length = (size_t)(close - section.bytes);
	(void)buffer_add(&scanner->filter->sections, &section, sizeof(section));
	write_to(scanner, section.bytes);
	(void)buffer_add_char(&scanner->filter->text, '.');
	write_line_breaks(scanner, section.bytes, close);
	scanner->written = close;
	scanner->at = close + 3;
	return 0;
}

/* Comments and instructions stay; a declaration has no place behind the root. */
static int declaration(struct scanner *scanner)
{
	bool comment = starts_with(scanner, "<!--");
	const char *close;

	if (starts_with(scanner, "<![CDATA["))
		return cdata(scanner);
	if (!comment && !starts_with(scanner, "<?"))
		return -EBADMSG;
	scanner->at += comment ? 4 : 2;
	close = find(scanner, comment ? "-->" : "?>");
	if (!close)
		return -EBADMSG;
	scanner->at = close + (comment ? 3 : 2);
	return 0;
}

static int scan(struct scanner *scanner)
{
	int r = 0;

	while (r == 0 && scanner->at < scanner->end) {
		const char *less = memchr(scanner->at, '<', (size_t)(scanner->end - scanner->at));

		if (!less || scanner->end - less < 2)
			break;
		scanner->at = less;
		if (less[1] == '!' || less[1] == '?')
			r = declaration(scanner);
		else if (less[1] == '/')
			r = end_tag(scanner);
		else
			r = start_tag(scanner);
	}
	if (r == 0 && scanner->entry)
		r = -EBADMSG;
	return r;
}

int xml_filter_run(struct xml_filter *filter, const char *text, size_t length,
	const struct digest *known, size_t known_count)
{
	struct scanner scanner = {
		.filter = filter,
		.known = known,
		.known_count = known_count,
		.at = text,
		.end = text + length,
		.written = text,
		.hashed = BUFFER_INIT(FILTER_BYTES_MAX),
	};
	int r;

	*filter = (struct xml_filter){
		.text = BUFFER_INIT(FILTER_BYTES_MAX),
		.digests = BUFFER_INIT(FILTER_BYTES_MAX),
		.sections = BUFFER_INIT(FILTER_BYTES_MAX),
	};
	r = scan(&scanner);
	if (r == 0)
		write_to(&scanner, scanner.end);
	if (r == 0 &&
		(filter->text.failed || filter->digests.failed || filter->sections.failed ||
			scanner.hashed.failed))
		r = -ENOMEM;
	buffer_free(&scanner.hashed);
	return r;
}

void xml_filter_clear(struct xml_filter *filter)
{
	buffer_free(&filter->text);
	buffer_free(&filter->digests);
	buffer_free(&filter->sections);
}

size_t xml_filter_digest_count(const struct xml_filter *filter)
{
	return filter->digests.length / sizeof(struct digest);
}

const struct digest *xml_filter_digest(const struct xml_filter *filter, size_t index)
{
	const struct digest *digests = (const struct digest *)(const void *)filter->digests.bytes;

	return index < xml_filter_digest_count(filter) ? &digests[index] : NULL;
}

const struct xml_section *xml_filter_section(const struct xml_filter *filter, size_t index)
{
	const struct xml_section *sections =
		(const struct xml_section *)(const void *)filter->sections.bytes;

	return index < filter->sections.length / sizeof(*sections) ? &sections[index] : NULL;
}
