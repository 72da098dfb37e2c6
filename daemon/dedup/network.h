/*
 * A small network: inputs, one hidden layer of tanh, and a direct connection from inputs to
 * outputs.  Its weights are tables made by tests/support/train_network.c.
 */
#pragma once

#include <stddef.h>

enum {
	NETWORK_HIDDEN_MAX = 48,
};

struct network {
	size_t inputs;
	size_t hidden;
	size_t outputs;
	/*
	 * By output: its bias, the direct weights, the weights of the hidden units; then by hidden
	 * unit: its bias, its weights.
	 */
	const float *weights;
};

/* Fills `ret` with as many sums as the network has outputs. */
void network_run(const struct network *network, const float *inputs, float *ret);
