/* Random topics and articles made from the input: the matcher must agree with a simple evaluator.
 */
#include <stdint.h>
#include <stdlib.h>

#include "unit/match/random_case.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dice dice = {.bytes = data, .count = size};

	if (random_case_run(&dice) < 0)
		abort();
	return 0;
}
