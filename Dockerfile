# An image with the program and nothing else: no shell, no package manager, no root.
# `docker build .` compiles it (some 20 minutes on two cores). The release uses the programs that it has built already:
#   docker buildx build --build-arg PROGRAM=prebuilt .      with target/image/{amd64,arm64}/dora-report
ARG PROGRAM=build

FROM rust:1.95.0-bookworm@sha256:6258907abe69656e41cd992e0b705cdcfabcbbe3db374f92ed2d47121282d4a1 AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked && cp target/release/dora-report /dora-report

FROM scratch AS prebuilt
ARG TARGETARCH
COPY --chmod=755 target/image/${TARGETARCH}/dora-report /dora-report

# hadolint ignore=DL3006
FROM ${PROGRAM} AS program

FROM gcr.io/distroless/cc-debian12:nonroot@sha256:9dac0a79194e45a7da0158a9c6da57b217585af0786db3845d1f0ec1a0dd182f
COPY --from=program /dora-report /usr/local/bin/dora-report
# Of the image's user `nonroot`, by number: Kubernetes cannot tell from a name that it is not root.
USER 65532:65532
# Mount a folder with dora.toml here; the dataset and the reports are written into it.
WORKDIR /dora
ENTRYPOINT ["/usr/local/bin/dora-report"]
CMD ["--help"]
