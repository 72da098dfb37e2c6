#include "cli/changes.h"
#include "cli/verbs.h"

int cmd_drop(int argc, char **argv)
{
	return deliveries_verb("drop", "Gives deliveries up.", argc, argv);
}
