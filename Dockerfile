# An example: our checks don't build it.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN SQLX_OFFLINE=true cargo build --release --locked

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --create-home --home-dir /var/lib/peerlore peerlore
COPY --from=build /src/target/release/peerlore /usr/local/bin/peerlore
USER peerlore
ENV PEERLORE_LISTEN=0.0.0.0:8080 PEERLORE_DATA_DIR=/var/lib/peerlore
EXPOSE 8080
ENTRYPOINT ["peerlore"]
CMD ["serve"]
