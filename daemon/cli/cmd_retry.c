#include "cli/changes.h"
#include "cli/verbs.h"

int cmd_retry(int argc, char **argv)
{
	return deliveries_verb("retry", "Sends deliveries again, now.", argc, argv);
}
