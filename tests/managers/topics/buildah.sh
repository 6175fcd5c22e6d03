# buildah, which runs each step of a build in a container.

setup() {
    make_image
    works buildah --version
    podman import -q "$W/image.tar" box
}

cleanup() { buildah rm --all; }

check_run() {
    works buildah from --name work localhost/box
    shows hello buildah run --runtime "$RUNTIME" --isolation oci --network=none work -- echo hello
    buildah run --runtime "$RUNTIME" --isolation oci --network=none work -- sh -c 'exit 5'
    is status $? 5
    works buildah rm work
}

check_terminal() {
    works buildah from --name work localhost/box
    shows 'a tty' on_terminal buildah run --tty --runtime "$RUNTIME" --isolation oci --network=none work -- sh -c 'test -t 0 && echo a tty'
    works buildah rm work
}

check_build() {
    mkdir -p "$W/context"
    printf 'FROM localhost/box\nRUN echo built > /f\nRUN --network=none cat /f\n' >"$W/context/Dockerfile"
    shows built buildah build --no-cache --runtime "$RUNTIME" --isolation oci "$W/context"
}
