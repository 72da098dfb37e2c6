#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/clean.h"
#include "cli/complaint.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "cli/side_by_side.h"
#include "cli/verbs.h"

enum {
	HEAD_BYTES_MAX = 4096, /* above a side */
};

static void add_row(struct table *table, const json_t *member, int64_t now)
{
	double similarity = json_real_value(json_object_get(member, "similarity"));
	char percent[16];
	char when[WHEN_SIZE];

	(void)snprintf(percent, sizeof(percent), "%.0f %%", 100 * similarity);
	table_add_number(table, member_number(member, "number"));
	table_add(table, when_format(member_string(member, "first_seen"), now, when));
	table_add(table, member_string(member, "relation"));
	table_add(table, similarity > 0 ? percent : "");
	table_add(table, member_string(member, "site"));
	table_add(table, member_string(member, "language"));
	table_add(table, member_string(member, "title"));
	table_add(table, member_string(member, "why"));
}

static void print_count(long long count, const char *thing)
{
	(void)printf("%lld %s%s", count, thing, count == 1 ? "" : "s");
}

static void print_heading(const json_t *story)
{
	_cleanup_(freep) char *languages = member_words(story, "languages");
	const char *title = member_string(story, "title");
	const char *first = member_string(story, "first_seen");
	const char *last = member_string(story, "last_seen");

	clean_print(stdout, title ? title : "-");
	(void)putchar('\n');
	print_count(member_number(story, "articles"), "article");
	(void)fputs(" on ", stdout);
	print_count(member_number(story, "sites"), "site");
	if (languages && languages[0] != '\0') {
		(void)fputs(" in ", stdout);
		clean_print(stdout, languages);
	}
	(void)printf(", from %s to %s\n\n", first ? first : "-", last ? last : "-");
}

/* The articles by number, from 1, in the order in which they came. */
static void number_members(json_t *members)
{
	for (size_t i = 0; i < json_array_size(members); i++)
		(void)json_object_set_new(
			json_array_get(members, i), "number", json_integer((json_int_t)i + 1));
}

static int print_story(const json_t *story)
{
	static const char *const heads[] = {
		">NO", "SEEN", "RELATION", ">SIMILAR", "SITE", "LANG", "TITLE", "WHY", NULL};
	json_t *members = json_object_get(story, "members");
	long long more = member_number(story, "articles") - (long long)json_array_size(members);
	int r;

	print_heading(story);
	r = rows_print("story", heads, members, add_row);
	if (more > 0)
		(void)printf("... and %lld more\n", more);
	return r;
}

/* ---- two of its articles ---- */

/* The member of that number or id; NULL. */
static const json_t *find_member(const json_t *members, const char *name)
{
	for (size_t i = 0; i < json_array_size(members); i++) {
		const json_t *member = json_array_get(members, i);
		const char *id = member_string(member, "id");
		char number[24];

		(void)snprintf(number, sizeof(number), "%zu", i + 1);
		if (strcmp(number, name) == 0 || (id && strcmp(id, name) == 0))
			return member;
	}
	return NULL;
}

/* Which two: those that were named, else the first and the last.  Returns 0 or an exit status. */
static int choose_members(
	const json_t *members, const struct operands *operands, const json_t *ret[2])
{
	size_t count = json_array_size(members);

	if (count < 2)
		return refuse("story", "there is only one article in this story");
	ret[0] = json_array_get(members, 0);
	ret[1] = json_array_get(members, count - 1);
	for (size_t i = 1; i < operands->count; i++) {
		ret[i - 1] = find_member(members, operands->words[i]);
		if (!ret[i - 1])
			return refuse("story",
				"there is no article %s in this story; name two by their numbers "
				"or ids",
				operands->words[i]);
	}
	return 0;
}

static char *head_of(const json_t *member)
{
	struct buffer head = BUFFER_INIT(HEAD_BYTES_MAX);
	const char *site = member_string(member, "site");
	const char *seen = member_string(member, "first_seen");

	(void)buffer_printf(&head, "%lld %s %s", member_number(member, "number"), site ? site : "-",
		seen ? seen : "-");
	return buffer_take(&head);
}

static int print_sides(const json_t *members[2], json_t *articles[2])
{
	const struct side_options options = side_options_of_terminal();
	_cleanup_(freep) char *left = head_of(members[0]);
	_cleanup_(freep) char *right = head_of(members[1]);
	struct side_text sides[2] = {{.head = left}, {.head = right}};
	int r;

	if (!left || !right)
		return fail_internal("story", -ENOMEM);
	for (size_t i = 0; i < 2; i++) {
		sides[i].title = member_string(articles[i], "title");
		sides[i].text = member_string(articles[i], "text");
		if (!sides[i].text)
			(void)printf("The text of article %lld is gone (Keep=), or it had none.\n",
				member_number(members[i], "number"));
	}
	r = side_by_side_print(&sides[0], &sides[1], &options, stdout);
	return r < 0 ? fail_internal("story", r) : EXIT_CODE_DONE;
}

static int show_difference(
	const struct remote *remote, const json_t *story, const struct operands *operands)
{
	json_t *articles[2] = {NULL, NULL};
	const json_t *members[2] = {NULL, NULL};
	int r;

	r = choose_members(json_object_get(story, "members"), operands, members);
	for (size_t i = 0; i < 2 && r == 0; i++)
		r = remote_request_one(remote, "GET", "/articles", member_string(members[i], "id"),
			NULL, &articles[i]);
	if (r == 0)
		r = print_sides(members, articles);
	json_decref(articles[0]);
	json_decref(articles[1]);
	return r;
}

int cmd_story(int argc, char **argv)
{
	struct remote remote = {.verb = "story"};
	bool diff = false;
	const struct option_line options[] = {
		{"diff", NULL, OPTION_FLAG, &diff,
			"show two articles side by side: A and B, else first and last"},
		REMOTE_OPTIONS(remote), {0}};
	const struct usage usage = {"story", "STORY [A B]",
		"Shows a story: who carried it when, and how each article relates to it. With\n"
		"--diff two of its articles, by their numbers or ids, side by side.",
		options, 1, 3};
	struct operands operands;
	json_t *story;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	if (operands.count == 2 || (operands.count == 3 && !diff))
		return usage_error(&usage, "two articles go with --diff");
	if (diff && remote.json)
		return usage_error(&usage, "--diff is for people; it has no JSON");
	r = remote_request_one(&remote, "GET", "/stories", operands.words[0], NULL, &story);
	if (r != 0)
		return r;
	number_members(json_object_get(story, "members"));
	if (!diff)
		return remote_print(&remote, story, print_story);
	r = show_difference(&remote, story, &operands);
	json_decref(story);
	return output_finish(r);
}
