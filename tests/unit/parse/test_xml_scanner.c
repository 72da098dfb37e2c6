#include "parse/xml_scanner.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "parse/xml_reader.h"

/* That both report the same is what fuzz_xml_scanner holds them to; here: which of them reads. */
struct record {
	struct buffer text;
	struct xml_scanner *scanner;
	struct digest digest; /* of the last entry */
	size_t entries;
	bool stop;
};

static void on_start(void *userdata, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int namespace_count, const xmlChar **namespaces, int attribute_count, int default_count,
	const xmlChar **values)
{
	struct record *record = userdata;

	(void)prefix, (void)namespace_count, (void)namespaces, (void)default_count;
	(void)buffer_printf(&record->text, "<%s", (const char *)name);
	if (uri)
		(void)buffer_printf(&record->text, " {%s}", (const char *)uri);
	for (int i = 0; i < attribute_count; i++, values += 5)
		(void)buffer_printf(&record->text, " %s=%.*s", (const char *)values[0],
			(int)(values[4] - values[3]), (const char *)values[3]);
	(void)buffer_add_char(&record->text, '>');
	if (strcmp((const char *)name, "item") == 0)
		xml_scanner_begin_entry(record->scanner);
	if (record->stop)
		xml_scanner_stop(record->scanner);
}

static void on_end(void *userdata, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct record *record = userdata;

	(void)prefix, (void)uri;
	(void)buffer_add_string(&record->text, "</>");
	if (strcmp((const char *)name, "item") != 0)
		return;
	record->digest = xml_scanner_end_entry(record->scanner);
	record->entries++;
}

static void on_text(void *userdata, const xmlChar *text, int length)
{
	struct record *record = userdata;

	(void)buffer_add(&record->text, text, (size_t)length);
}

static const xmlSAXHandler callbacks = {
	.startElementNs = on_start,
	.endElementNs = on_end,
	.characters = on_text,
	.cdataBlock = on_text,
};

/* Scans into *record; returns what xml_scanner_run() does. */
static int scan(const char *text, const struct digest *known, size_t known_count,
	struct record *record, size_t *ret_known)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	_cleanup_(freep) struct xml_prolog *prolog = malloc(sizeof(*prolog));
	struct buffer seen = BUFFER_INIT(1024);
	struct xml_scan what = {.prolog = prolog,
		.callbacks = &callbacks,
		.known = known,
		.known_count = known_count,
		.seen = &seen};
	int r;

	assert_non_null(prolog);
	assert_int_equal(arena_new(16UL * 1024 * 1024, &arena), 0);
	xml_prolog_read(text, strlen(text), prolog);
	assert_non_null(prolog->root);
	what.arena = arena;
	assert_int_equal(xml_scanner_new(&what, &record->scanner), 0);
	r = xml_scanner_run(record->scanner, record);
	if (ret_known)
		*ret_known = seen.length / sizeof(*known);
	buffer_free(&seen);
	xml_scanner_free(record->scanner);
	return r;
}

static void assert_reports(const char *text, const char *expected)
{
	struct record record = {.text = BUFFER_INIT(1024 * 1024)};

	assert_int_equal(scan(text, NULL, 0, &record, NULL), 0);
	assert_string_equal(buffer_string(&record.text), expected);
	buffer_free(&record.text);
}

static int scanned(const char *text)
{
	struct record record = {.text = BUFFER_INIT(64UL * 1024 * 1024)};
	int r = scan(text, NULL, 0, &record, NULL);

	buffer_free(&record.text);
	return r;
}

static void test_plain_documents_need_no_libxml2(void **state)
{
	(void)state;
	assert_reports("<rss/>", "<rss></>");
	assert_reports("<rss a='1' b = \"2\" ><x>one</x> two</rss >\n<!-- behind --><?pi?>",
		"<rss a=1 b=2><x>one</> two</>");
	assert_reports("<rss xmlns='urn:core' xmlns:m=\"urn:m\"><m:a m:b='c'/><d xmlns=''/></rss>",
		"<rss {urn:core}><a {urn:m} b=c></><d></></>");
	assert_reports("<rss xmlns:m='urn:1'><a xmlns:m='urn:2'><m:b/></a><m:c/></rss>",
		"<rss><a><b {urn:2}></></><c {urn:1}></></>");
	assert_reports("<rss><m:undeclared/></rss>", "<rss><undeclared></></>");
}

static void test_references_and_line_ends_are_decoded(void **state)
{
	(void)state;
	assert_reports("<rss>&lt;p&gt; &amp;amp; &quot;&apos; &#65;&#x42; &eacute;&nbsp;</rss>",
		"<rss><p> &amp; \"' AB \xC3\xA9\xC2\xA0</>");
	assert_reports("<rss a='&lt;&#10;\t\r\n&eacute;'>\r\n\r<![CDATA[\r&lt;]]></rss>",
		"<rss a=<\n  \xC3\xA9>\n\n\n&lt;</>");
}

static void test_what_is_not_plain_is_left_to_libxml2(void **state)
{
	static const char *const texts[] = {"<rss>", "<rss></feed>", "<rss></rss><rss/>",
		"<rss/>text", "<rss>&unknown;</rss>", "<rss>a & b</rss>", "<rss>&amp</rss>",
		"<rss>]]></rss>", "<rss a='1' a='2'/>", "<rss a='<'/>", "<rss a=1/>",
		"<rss a='1'b='2'/>", "<rss><!-- a -- b --></rss>", "<rss><![CDATA[</rss>",
		"<rss><?xml version='1.0'?></rss>", "<rss><\xC3\xA9/></rss>", "<rss>\x01</rss>",
		"<rss>\xEF\xBF\xBF</rss>", "<rss>&#0;</rss>", "<rss>&#xFFFF;</rss>",
		"<rss>&#x110000;</rss>", "<rss><a:b:c/></rss>", "<rss><:a/></rss>",
		"<rss xmlns:xml='urn:x'/>", "<rss xmlns:a=''/>", "<rss xmlns:a='1' xmlns:a='2'/>",
		"<rss><xml:a/></rss>", "<rss><1/></rss>", "<rss>&LT;</rss>", "<rss <a/></rss>",
		"<!DOCTYPE rss [<!ENTITY own 'x'>]><rss/>"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (scanned(texts[i]) != -EAGAIN)
			fail_msg("%s was scanned", texts[i]);
}

/* A document of one tag with so many bytes. */
static int scanned_tag_of(size_t length)
{
	struct buffer text = BUFFER_INIT(1024 * 1024);
	int r;

	(void)buffer_add_string(&text, "<rss a='");
	while (text.length < length - strlen("'/>"))
		(void)buffer_add_char(&text, 'x');
	(void)buffer_add_string(&text, "'/>");
	r = scanned(text.bytes);
	buffer_free(&text);
	return r;
}

static void test_depth_and_tags_are_bounded(void **state)
{
	struct buffer nested = BUFFER_INIT(1024 * 1024);

	(void)state;
	for (int extra = 0; extra < 2; extra++) {
		buffer_reset(&nested);
		for (int i = 0; i < XML_DEPTH_MAX + extra; i++)
			(void)buffer_add_string(&nested, i == 0 ? "<rss>" : "<a>");
		for (int i = XML_DEPTH_MAX + extra; i-- > 0;)
			(void)buffer_add_string(&nested, i == 0 ? "</rss>" : "</a>");
		assert_int_equal(scanned(nested.bytes), extra ? -EAGAIN : 0);
	}
	buffer_free(&nested);
	assert_int_equal(scanned_tag_of(TAG_BYTES_MAX), 0);
	assert_int_equal(scanned_tag_of(TAG_BYTES_MAX + 16), -EAGAIN);
}

static void test_a_callback_can_stop(void **state)
{
	struct record record = {.text = BUFFER_INIT(1024), .stop = true};

	(void)state;
	assert_int_equal(scan("<rss><a/><b/></rss>", NULL, 0, &record, NULL), -EAGAIN);
	assert_string_equal(record.text.bytes, "<rss>");
	buffer_free(&record.text);
}

static void test_known_entries_are_not_looked_into(void **state)
{
	static const char first[] = "<rss><item x='>'><title>A</title><![CDATA[</item>]]>"
				    "<!--</item>--><slash:comments>3</slash:comments></item></rss>";
	static const char later[] =
		"<rss><item><title>B</title></item>"
		"<item x='>'><title>A</title><![CDATA[</item>]]>"
		"<!--</item>--><slash:comments>45</slash:comments></item></rss>";
	struct record record = {.text = BUFFER_INIT(1024)};
	struct digest known;
	size_t known_seen;

	(void)state;
	assert_int_equal(scan(first, NULL, 0, &record, &known_seen), 0);
	assert_int_equal(known_seen, 0);
	known = record.digest;
	buffer_reset(&record.text);
	assert_int_equal(scan(later, &known, 1, &record, &known_seen), 0);
	assert_int_equal(known_seen, 1);
	assert_string_equal(record.text.bytes, "<rss><item><title>B</></></>");
	buffer_free(&record.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_documents_need_no_libxml2),
		cmocka_unit_test(test_references_and_line_ends_are_decoded),
		cmocka_unit_test(test_what_is_not_plain_is_left_to_libxml2),
		cmocka_unit_test(test_depth_and_tags_are_bounded),
		cmocka_unit_test(test_a_callback_can_stop),
		cmocka_unit_test(test_known_entries_are_not_looked_into),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
