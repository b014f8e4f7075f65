"""Archives and checksums whose bytes depend on what is in them and on a date, and on nothing else."""
import datetime
import gzip
import hashlib
import lzma
import tarfile
import zipfile

CHUNK = 1 << 20


def chunks(path):
    with open(path, "rb") as file:
        while piece := file.read(CHUNK):
            yield piece


def sha256(path):
    digest = hashlib.sha256()
    for piece in chunks(path):
        digest.update(piece)
    return digest.hexdigest()


def files_below(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def write_zip(target, folder, epoch):
    """All files of a folder, by names that begin below it."""
    date = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in files_below(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), date.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, path.read_bytes())


def write_tar_gz(target, folder, epoch):
    """A folder and all files in it; those that can be run there can be run when they are unpacked."""
    with open(target, "wb") as file, \
            gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as packed, \
            tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in files_below(folder):
            entry = tarfile.TarInfo(path.relative_to(folder.parent).as_posix())
            entry.size = path.stat().st_size
            entry.mtime = epoch
            entry.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
            with open(path, "rb") as content:
                archive.addfile(entry, content)


def write_xz(target, source):
    packer = lzma.LZMACompressor(preset=6)
    with open(target, "wb") as file:
        for piece in chunks(source):
            file.write(packer.compress(piece))
        file.write(packer.flush())


def write_checksums(target, folder):
    """As `sha256sum` writes them, and `sha256sum -c` checks them."""
    lines = [f"{sha256(path)}  {path.relative_to(folder).as_posix()}\n"
             for path in files_below(folder)]
    target.write_text("".join(lines), encoding="ascii")
