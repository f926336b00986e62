"""Figures by place, by group of people and by any two of these: the pages „Ở đâu”, „Ai” and „Bảng chéo”."""
