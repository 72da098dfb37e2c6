#include "cli/completion.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/macro.h"
#include "cli/clean.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/remote.h"
#include "cli/verbs.h"

void completion_print_options(const struct usage *usage)
{
	for (const struct option_line *option = usage->options; option->name; option++)
		(void)printf("--%s\t%s\t%s\n", option->name,
			option->argument ? option->argument : "", option->help);
	(void)printf("--%s\t\t%s\n", HELP_OPTION, HELP_WORDS);
	if (usage->operands)
		(void)printf("\t%s\n", usage->operands);
}

int completion_print_names(const char *what)
{
	static const char *const lists[] = {"feeds", "topics", "hooks"};
	const struct remote remote = {.verb = COMPLETE_ARGUMENT};
	char path[32];
	json_t *body = NULL;
	size_t list = 0;
	int r;

	while (list < ARRAY_SIZE(lists) && strcmp(what, lists[list]) != 0)
		list++;
	if (list == ARRAY_SIZE(lists))
		return EXIT_CODE_USAGE;
	(void)snprintf(path, sizeof(path), "/%s", what);
	r = remote_list(&remote, path, what, &body);
	for (size_t i = 0; i < json_array_size(json_object_get(body, what)); i++) {
		clean_print(stdout,
			member_string(json_array_get(json_object_get(body, what), i), "name"));
		(void)putchar('\n');
	}
	json_decref(body);
	return output_finish(r);
}
