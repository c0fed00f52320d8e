// What `ng serve` passes on; the launcher says where the gateway is.
const target = `http://127.0.0.1:${process.env.GATEWAY_PORT || 8080}`;

export default { '/api': { target } };
