#!/bin/sh
# Writes the configuration of Nginx from the templates beside this file and runs it in the foreground.
#
#   SERVICES_FILE   one service a line, `path VARIABLE base` (`-`: no base), as scripts/gateway-services.ts prints them
#   <VARIABLE>_URL  where each is found, http://host:port; <VARIABLE>_PORT the port that is passed through to it
#   RUN_DIR         a folder that may be written
#   TLS_CERT_FILE, TLS_KEY_FILE   PEM; every port speaks TLS then. A device in their place (/dev/null) is none.
#
# The other keys are those of .env.example. VERSION is the content of the file `version` beside this one.
set -eu
set --
here=$(cd "$(dirname "$0")" && pwd)
run=${RUN_DIR:-/tmp/gateway}
bind=${BIND_ADDRESS:-127.0.0.1}

fail() { printf 'gateway: %s\n' "$*" >&2; exit 1; }
value() { eval "printf %s \"\${$1:-${2:-}}\""; }
number() { # number KEY DEFAULT
  given=$(value "$1" "$2")
  case $given in '' | *[!0-9]* | 0 | ??????????*) fail "$1: debe ser un número entero positivo (\"$given\"); vea .env.example" ;; esac
  printf %s "$given"
}
fill() { # fill TEMPLATE NAME=VALUE…
  template=$1
  shift
  script=
  for pair in "HERE=$here" "RUN=$run" "BIND_ADDRESS=$bind" "$@"; do
    script="$script
s|@${pair%%=*}@|$(printf %s "${pair#*=}" | sed 's/[&|\\]/\\&/g')|g"
  done
  sed "$script" "$template"
}

mkdir -p "$run"
: >"$run/upstreams.map"
: >"$run/bases.map"
: >"$run/origins.map"
: >"$run/services.conf"
: >"$run/healths.conf"

: >"$run/tls.conf"
tls=
certificate=${TLS_CERT_FILE:-/dev/null} key=${TLS_KEY_FILE:-/dev/null}
if [ ! -c "$certificate" ] || [ ! -c "$key" ]; then
  for variable in TLS_CERT_FILE TLS_KEY_FILE; do
    file=$(value $variable /dev/null)
    [ ! -c "$file" ] || fail "$variable: falta; TLS necesita el certificado y su clave"
    { [ -f "$file" ] && [ -r "$file" ]; } || fail "$variable: no se puede leer $file (lo lee el usuario $(id -u), grupos $(id -G))"
    case $file in *[!A-Za-z0-9./_-]*) fail "$variable: la ruta solo puede tener letras, cifras y ./_- (\"$file\")" ;; esac
  done
  tls='ssl '
  printf '%s\n' "ssl_certificate $certificate;" "ssl_certificate_key $key;" 'ssl_protocols TLSv1.2 TLSv1.3;' \
    'ssl_session_cache shared:tls:5m;' 'ssl_session_timeout 1d;' >"$run/tls.conf"
fi

routes= routes_json= healths=
[ -r "${SERVICES_FILE:-$here/services}" ] || fail "SERVICES_FILE: no se puede leer ${SERVICES_FILE:-$here/services}"
while read -r path variable base; do
  url=$(value "${variable}_URL")
  address=${url#http://}
  address=${address%/}
  case $address in '' | *[!A-Za-z0-9.:_-]*) fail "${variable}_URL: debe ser http://servidor:puerto (\"$url\"); vea .env.example" ;; esac
  printf '%s %s;\n' "$path" "$address" >>"$run/upstreams.map"
  [ "$base" = - ] || printf '"%s 0" %s;\n' "$path" "$base" >>"$run/bases.map"
  routes="$routes, /api/v1/$path"
  fill "$here/health.conf.template" "NAME=$path" "ADDRESS=$address" >>"$run/healths.conf"
  healths="$healths,\"$path\":<!--# include virtual=\"/-/health/$path\" -->"
  routes_json="$routes_json,\"/api/v1/$path\""
  port=$(value "${variable}_PORT")
  [ -n "$port" ] || continue
  port=$(number "${variable}_PORT" "$port")
  fill "$here/service.conf.template" "PORT=$port" "TLS=${tls:+ ssl}" "NAME=$path" "ADDRESS=$address" >>"$run/services.conf"
done <"${SERVICES_FILE:-$here/services}"

for origin in $(printf %s "${CORS_ORIGINS:-${CORS_ORIGINS_DEFAULT:-}}" | tr , ' '); do
  case $origin in
    *[!A-Za-z0-9.:/_-]*) fail "CORS_ORIGINS: debe ser una lista de orígenes http(s) separados por comas (\"$origin\"); vea .env.example" ;;
    http://?* | https://?*) printf '"%s" "%s";\n' "$origin" "$origin" >>"$run/origins.map" ;;
    *) fail "CORS_ORIGINS: debe ser una lista de orígenes http(s) separados por comas (\"$origin\"); vea .env.example" ;;
  esac
done

resolver=$(sed -n 's/^nameserver[[:space:]]*\([0-9.]*\)$/\1/p' /etc/resolv.conf | head -n 1)
frontend_port=$(number FRONTEND_PORT 4200)
gateway_port=$(number GATEWAY_PORT 8080)
rate=$(number GATEWAY_RATE 2000)
burst=$(number GATEWAY_BURST 4000)
# Nginx counts the requests beyond the first.
burst=$((burst > 1 ? burst - 1 : 1))
fill "$here/nginx.conf.template" \
  "FRONTEND_PORT=$frontend_port" "GATEWAY_PORT=$gateway_port" "GATEWAY_RATE=$rate" "GATEWAY_BURST=$burst" \
  "FRONTEND_DIR=${FRONTEND_DIR:-/usr/share/nginx/html}" "VERSION=${VERSION:-$(cat "$here/version")}" "RESOLVER=${resolver:-127.0.0.1}" \
  "TLS=$tls" "ROUTES=${routes#, }" "ROUTES_JSON=[${routes_json#,}]" "HEALTHS=${healths#,}" \
  "POLICY=default-src 'self';base-uri 'self';form-action 'self';frame-ancestors 'none';img-src 'self' data:;object-src 'none'" \
  >"$run/nginx.conf"

# Serves as the user who starts it: in the container that is never root.
[ "$(id -u)" != 0 ] || set -- -g 'user root;'
exec nginx -c "$run/nginx.conf" -e stderr "$@"
