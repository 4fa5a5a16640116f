"""Runs the peer's own `bench` or `embed` and adds the peak resident memory of the process to its line.

  peer.py SIAMESE_TORCH_PY frozen|batch bench|embed …

With `frozen`, a training step leaves batch norm in evaluation mode, for which the peer has no option.
"""
import contextlib, importlib.util, io, json, os, resource, sys

path, batch_norm, *arguments = sys.argv[1:]
sys.path.insert(0, os.path.dirname(os.path.abspath(path)))  # has encoders_timm.py
spec = importlib.util.spec_from_file_location('peer', path)
peer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(peer)
if batch_norm == 'frozen':
    peer.Siamese.train = lambda self, mode=True: peer.nn.Module.train(self, False)
options = peer.p.parse_args(arguments)
printed = io.StringIO()
with contextlib.redirect_stdout(printed):
    {'bench': peer.bench, 'embed': peer.embed}[options.cmd](options)
line = json.loads(printed.getvalue().strip().splitlines()[-1])
line.update(threads=peer.torch.get_num_threads(), batchNorm=batch_norm, steps=getattr(options, 'steps', None))
line['peakBytes'] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == 'darwin' else 1024)
print(json.dumps(line))
