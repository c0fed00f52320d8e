export const NAIVE_QUEUE = 'ingenua';
