#include "dedup/network.h"

#include <assert.h>
#include <math.h>

static float weighted_sum(const float *weights, const float *inputs, size_t count)
{
	float sum = 0.0F;

	for (size_t i = 0; i < count; i++)
		sum += weights[i] * inputs[i];
	return sum;
}

void network_run(const struct network *network, const float *inputs, float *ret)
{
	size_t output_weights = 1 + network->inputs + network->hidden;
	const float *weights = network->weights + network->outputs * output_weights;
	float hidden[NETWORK_HIDDEN_MAX];

	assert(network->hidden <= NETWORK_HIDDEN_MAX);
	for (size_t h = 0; h < network->hidden; h++, weights += 1 + network->inputs)
		hidden[h] = tanhf(weights[0] + weighted_sum(weights + 1, inputs, network->inputs));
	weights = network->weights;
	for (size_t o = 0; o < network->outputs; o++, weights += output_weights)
		ret[o] = weights[0] + weighted_sum(weights + 1, inputs, network->inputs) +
			weighted_sum(weights + 1 + network->inputs, hidden, network->hidden);
}
