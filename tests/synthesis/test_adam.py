import torch

from ccsi.execution.devices import ONE_CPU
from ccsi.synthesis.adam import Adam


def test_steps_are_those_of_pytorchs_class_bit_by_bit_also_after_a_restart() -> None:
    start = torch.linspace(0, 1, 24).view(2, 3, 2, 2)
    ours, theirs = (start.clone().requires_grad_(True) for _ in range(2))
    optimiser = Adam(ours, lr=0.05, betas=(0.5, 0.9))
    reference = torch.optim.Adam([theirs], lr=0.05, betas=(0.5, 0.9))
    for step in range(6):
        (gradient,) = torch.autograd.grad((ours * 3).sin().sum(), ours)
        optimiser.lr = reference.param_groups[0]["lr"] = 0.05 / (step + 1)
        optimiser.step(gradient)
        (theirs.grad,) = torch.autograd.grad((theirs * 3).sin().sum(), theirs)
        reference.step()
        assert torch.equal(ours, theirs), step
        kept = {name: value.clone() for name, value in optimiser.state.items()}
        optimiser = Adam(ours, lr=0.05, betas=(0.5, 0.9))
        optimiser.restore(kept, ONE_CPU)
