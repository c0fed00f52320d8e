/**
 * What a service is made of, at one address: `import { createApp } from '@medisupply/shared'`. Everything here can also be
 * had by the file that it stands in. docs/add-a-service.md shows its use, README.md of this folder what else there is.
 */

// Opening
export { runService } from './service/run-service.ts';
export type { ServiceDefinition } from './service/run-service.ts';
export { openService } from './service/open-service.ts';
export type { Opening, Overrides, ServiceContainer } from './service/open-service.ts';
export { serviceEnvironment, serviceSecrets } from './service/service-config.ts';
export { count, httpUrl, milliseconds, port, processEnvironment, serviceUrls } from './config/environment.ts';
export { ConfigError, loadConfig } from './config/load-config.ts';
export { createLogger } from './logging/logger.ts';
export type { Logger } from './logging/logger.ts';
export { VERSION } from './version.ts';

// HTTP
export { createApp } from './http/create-app.ts';
export type { AppOverrides } from './http/create-app.ts';
export { setupCors } from './http/cors.ts';
export { addHealthCheck } from './http/health.ts';
export type { HealthOptions, ReadinessCheck } from './http/health.ts';
export { callerRoute, publicRoute, reply, userRoute } from './http/route.ts';
export type { Reply } from './http/reply.ts';
export type { Route } from './http/route.ts';
export {
  AppError,
  badRequest,
  conflict,
  forbidden,
  notFound,
  tooManyRequests,
  unauthorized,
  unavailable,
} from './http/app-error.ts';
export { isAdmin } from './http/caller.ts';
export type { Caller, ServiceCaller, UserCaller } from './http/caller.ts';
export { decodeCursor, pageOf, pageReply } from './http/pagination.ts';
export type { Page } from './http/pagination.ts';
export type { Rol } from './contracts/vocabulary.ts';
export type { IdempotencyKey } from './http/idempotency.ts';
export type { ServiceClient } from './http/service-client.ts';
export { id, idInPath, isoTime, isoTimestamp, pageQuery, text } from './contracts/fields.ts';

// Database
export { databaseEnvironment } from './db/database-environment.ts';
export type { DatabaseConfig } from './db/database-environment.ts';
export { openDatabase } from './db/open.ts';
export type { OpenDatabase } from './db/open-database.ts';
export type { Tx } from './db/unit-of-work.ts';

// Tasks
export { defineTask } from './tasks/define-task.ts';
export type { TaskDeclaration } from './tasks/define-task.ts';
export { createTareasClient } from './queueing/tareas.client.ts';
export type { TareasClient } from './queueing/tareas.client.ts';
export { defineHandler, DeferTask, RefusedTask } from './queueing/handler.ts';
export type { CreateTaskContext, TaskHost, TaskRun } from './queueing/handler.ts';
export { getTasksByQueue, listAvailableTasks } from './queueing/dispatcher.ts';
export type { AvailableTask } from './queueing/dispatcher.ts';
export { createQueueClient } from './queueing/wire/queue-client.ts';
export type { QueueClient } from './queueing/wire/queue-client.ts';
export { listTasksFromRedis } from './queueing/wire/redis-tasks.ts';
export type { RedisTask } from './queueing/wire/redis-tasks.ts';
