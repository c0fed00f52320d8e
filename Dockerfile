# Two images of our own: `platform`, which every Node process runs, and `frontend`, Nginx with the web application; and
# `redis` as it comes. What they are built on stands here and nowhere else.
ARG NODE_IMAGE=node:24-bookworm-slim
ARG NGINX_IMAGE=nginx:1.28-bookworm
ARG REDIS_IMAGE=redis:7-bookworm

# The first stage: a builder that makes all of them up to its target makes nothing else for it.
FROM ${REDIS_IMAGE} AS redis
# Redis reads who may do what when it starts: another version's container is made anew.
COPY shared/src/services.ts shared/src/security/redis-users.ts scripts/redis /usr/share/medisupply/

FROM ${NODE_IMAGE} AS base
WORKDIR /app

# What says which packages are needed, and nothing else: a change of the sources installs nothing again.
FROM base AS manifests
COPY . /src
RUN cd /src && mkdir /manifests \
  && find . -name package.json -o -name package-lock.json -o -name .npmrc | xargs cp --parents -t /manifests

FROM base AS packages
COPY --from=manifests /manifests ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error \
    --workspace shared --workspace worker $(printf -- '--workspace %s ' services/*) \
  && rm -rf node_modules/typescript \
  && find . -type d \( -name test -o -name tests -o -name __tests__ \) -prune -exec rm -rf {} + \
  && find . \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.test.ts' \) -delete

FROM base AS platform
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/app/.cache \
    BIND_ADDRESS=0.0.0.0 \
    DATA_DIR=/data \
    SECRETS_DIR=/run/medisupply
COPY --from=packages /app ./
COPY shared shared
COPY services services
COPY worker worker
COPY scripts scripts
# The sources translated once, and the folders that volumes take their owner from.
RUN node scripts/setup/warm-code-cache.ts \
  && install -d -o node -g node -m 700 /data /run/medisupply \
  && for name in logistica $(ls services); do install -d -o node -g node -m 700 /data/$name; done \
  && for name in redis postgres worker metrics operator $(ls services); do install -d -o node -g node -m 700 /setup/secrets/$name; done
USER node
CMD ["node", "scripts/setup.ts"]

# All packages: the application takes the vocabulary and the types of the contracts, and they those of what they use.
FROM base AS web
COPY --from=manifests /manifests ./
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
COPY tsconfig.base.json ./
COPY scripts/setup/build-web.mjs scripts/setup/build-verifier.mjs scripts/setup/
COPY shared shared
COPY frontend frontend
RUN node scripts/setup/build-web.mjs
COPY scripts/gateway-services.ts scripts/
RUN node scripts/gateway-services.ts >/gateway-services \
  && node -p "require('./package.json').version" >/gateway-version

FROM ${NGINX_IMAGE} AS frontend
COPY frontend/nginx /gateway
COPY --from=web /gateway-services /gateway/services
COPY --from=web /gateway-version /gateway/version
COPY --from=web /app/frontend/dist/medisupply/browser /usr/share/nginx/html
USER 101
ENTRYPOINT []
CMD ["/gateway/start-gateway.sh"]
