/* The readers' door: the role alone (worker/child.h), with no library that it does not need. */
#include "worker/child.h"

int main(void)
{
	return child_main();
}
