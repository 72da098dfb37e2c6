#include <string.h>

#include "cli/article_file.h"
#include "cli/clean.h"
#include "cli/complaint.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/side_by_side.h"
#include "cli/verbs.h"
#include "dedup/similarity.h"

enum {
	ARENA_BYTES_MAX = 2 * ARTICLE_FILE_BYTES_MAX + 2 * FINGERPRINT_ARENA_BYTES,
};

/* Different stories that are more alike than this want a word of why. */
#define ALIKE 0.5

/* What is compared, the earlier one first. */
struct pair {
	const char *paths[2];
	struct article articles[2];
	struct verdict verdict;
};

static const char *words_of(enum relation relation)
{
	static const char *const words[RELATION_MAX] = {
		[RELATION_NEW] = "different stories",
		[RELATION_COPY] = "the same text, in other wrapping",
		[RELATION_REWRITE] = "the same report in other words",
		[RELATION_UPDATE] = "the same story, with materially new text",
		[RELATION_REPRINT] = "an old story under a new date",
	};

	return words[relation];
}

static int judge(struct pair *pair, struct arena *arena)
{
	struct fingerprint *fingerprints[2];
	int r = 0;

	for (size_t i = 0; i < 2 && r == 0; i++)
		r = fingerprint_make(&pair->articles[i], arena, &fingerprints[i]);
	return r < 0 ? r : similarity_compare(fingerprints[1], fingerprints[0], &pair->verdict);
}

static json_t *side_value(const struct pair *pair, size_t side)
{
	return json_pack("{s:s, s:s?, s:s?}", "file", pair->paths[side], "title",
		pair->articles[side].title, "url", pair->articles[side].url);
}

static int print_json(const struct pair *pair)
{
	const struct verdict *verdict = &pair->verdict;

	return output_json(json_pack("{s:b, s:s, s:f, s:f, s:s, s:b, s:s?, s:o, s:o}", "same_story",
		verdict->relation != RELATION_NEW, "relation",
		relation_to_string(verdict->relation), "similarity", verdict->similarity,
		"confidence", verdict->confidence, "why", verdict->why, "material",
		(int)verdict->material, "changed", verdict->changed[0] ? verdict->changed : NULL,
		"earlier", side_value(pair, 0), "later", side_value(pair, 1)));
}

static void print_line(const char *label, const char *text)
{
	(void)printf("%-11s", label);
	clean_print(stdout, text);
	(void)putchar('\n');
}

static void print_title(const char *label, const struct pair *pair, size_t side)
{
	const char *title = pair->articles[side].title;

	print_line(label, title ? title : pair->paths[side]);
}

static void print_verdict(const struct pair *pair)
{
	const struct verdict *verdict = &pair->verdict;

	print_title("earlier", pair, 0);
	print_title("later", pair, 1);
	(void)printf("%-11s%s: %s\n", "relation", relation_to_string(verdict->relation),
		words_of(verdict->relation));
	(void)printf("%-11s%.0f %%\n", "similarity", 100 * verdict->similarity);
	(void)printf(
		"%-11s%.0f %% that they are one story\n", "likelihood", 100 * verdict->confidence);
	print_line("why", verdict->why);
	if (verdict->relation == RELATION_NEW && verdict->similarity > ALIKE)
		print_line(
			"", "(alike, but with too little text, or with other names and figures)");
	if (verdict->changed[0])
		print_line("changed", verdict->changed);
	if (verdict->relation == RELATION_UPDATE && !verdict->material)
		print_line("", "(not material: Alert=update would not tell it)");
}

static int print_sides(const struct pair *pair)
{
	const struct side_options options = side_options_of_terminal();
	struct side_text sides[2];

	for (size_t i = 0; i < 2; i++)
		sides[i] = (struct side_text){.head = pair->paths[i],
			.title = pair->articles[i].title,
			.text = pair->articles[i].text};
	(void)putchar('\n');
	return side_by_side_print(&sides[0], &sides[1], &options, stdout);
}

int cmd_compare(int argc, char **argv)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct pair pair = {0};
	bool json = false;
	bool diff = false;
	const struct option_line options[] = {
		{"diff", NULL, OPTION_FLAG, &diff, "also show the two texts side by side"},
		{"json", NULL, OPTION_FLAG, &json, "print JSON"}, {0}};
	const struct usage usage = {"compare", "EARLIER LATER",
		"Tells whether two articles carry the same story, how the later one relates to "
		"the\nearlier, and why. Each is a file of plain text, HTML or an article as JSON; "
		"one may\nbe '-'.",
		options, 2, 2};
	struct operands operands;
	int r;

	if (!options_parse(&usage, argc, argv, &operands, &r))
		return r;
	if (strcmp(operands.words[0], "-") == 0 && strcmp(operands.words[1], "-") == 0)
		return usage_error(&usage, "only one of the two may be '-'");
	if (json && diff)
		return usage_error(&usage, "--diff is for people; it has no JSON");
	r = arena_new(ARENA_BYTES_MAX, &arena);
	if (r < 0)
		return fail_internal("compare", r);
	for (size_t i = 0; i < 2 && r == 0; i++) {
		pair.paths[i] = operands.words[i];
		r = article_file_read("compare", operands.words[i], arena, &pair.articles[i]);
	}
	if (r != 0)
		return r;
	r = judge(&pair, arena);
	if (r == 0 && pair.verdict.relation == RELATION_NEW)
		pair.verdict.changed[0] = '\0'; /* all of it is another story's */
	if (r < 0)
		return fail_internal("compare", r);
	if (json)
		return output_finish(print_json(&pair));
	print_verdict(&pair);
	r = diff ? print_sides(&pair) : 0;
	return r < 0 ? fail_internal("compare", r) : output_finish(EXIT_CODE_DONE);
}
