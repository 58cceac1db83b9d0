"""Make the files of a run in plain Python, to compare the templates with."""

from collections.abc import Sequence
from json import dumps
from xml.sax.saxutils import escape

from stravacookies import heatmap
from stravacookies.heatmap import Layer
from stravacookies.josm.entry_set import tile_url
from stravacookies.strava.cookies import HeatmapCookies

_LINE = 'd="M2 14 6 4l4 7 4-9"/>'


def entry_set(layers: Sequence[Layer], shown: Sequence[Layer], cookies: HeatmapCookies) -> str:
    """Return JOSM's entry set, without its mark."""
    in_menu = {layer.id for layer in shown}
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<imagery xmlns="http://josm.openstreetmap.de/maps-1.0">\n'
    ]
    for layer in layers:
        dark, middle, light = layer.color.shades
        default = "<default>true</default>\n" if layer.id in in_menu else ""
        parts.append(
            f'<entry overlay="true">\n<name>{escape(layer.name)}</name>\n'
            f"<id>{escape(layer.id)}</id>\n"
            f'<description lang="en">{escape(layer.description)}</description>\n'
            f"<url>{escape(tile_url(layer, cookies))}</url>\n{default}<type>tms</type>\n"
            f"<min-zoom>{heatmap.MIN_ZOOM}</min-zoom>\n<max-zoom>{heatmap.MAX_ZOOM}</max-zoom>\n"
            f'<attribution-text mandatory="true">{heatmap.ATTRIBUTION}</attribution-text>\n'
            f"<attribution-url>{heatmap.ATTRIBUTION_URL}</attribution-url>\n"
            f"<permission-ref>{heatmap.PERMISSION_URL}</permission-ref>\n"
            "<category>other</category>\n<icon><![CDATA[data:image/svg+xml,"
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none">'
            f'<path stroke="{dark}" stroke-width="5" {_LINE}'
            f'<path stroke="{middle}" stroke-width="3" {_LINE}'
            f'<path stroke="{light}" {_LINE}</svg>]]></icon>\n</entry>\n'
        )
    return "".join([*parts, "</imagery>\n"])


def map_source(layers: Sequence[Layer], cookies: HeatmapCookies) -> str:
    """Return a map source of Cartograph Maps."""
    color = layers[0].color
    folder = dumps(f"strava-heatmap-{color.key}")
    headers = dumps([{"key": "Cookie", "value": cookies.header()}])
    maps = [
        f'{{"name": {{"default": {dumps(layer.name)}}},'
        f' "description": {{"default": {dumps(layer.description)}}}, "type": "onlinemap",'
        f' "url": {dumps(layer.tile_url())}, "attribution": {dumps(heatmap.ATTRIBUTION)},'
        ' "enable_tile_download": false, "defaultLatitude": 46.5, "defaultLongitude": 8.0,'
        f' "defaultZoom": 7, "minZoom": {heatmap.MIN_ZOOM}, "maxZoom": {heatmap.MAX_ZOOM},'
        f' "projection": "EPSG_4326", "headers": {headers}, "unique_id": {dumps(layer.id)},'
        f' "folder_key": {folder}}}'
        for layer in layers
    ]
    return (
        f'{{\n"version": 3,\n"folders": [\n{{"name": {{"default": '
        f"{dumps(f'Strava Heatmap, {color.name}')}}}, "
        '"description": {"default": "Where people went, as recorded with Strava"}, '
        f'"folder_key": "", "key": {folder}}}\n],\n"maps": [\n' + ",\n".join(maps) + "\n]\n}\n"
    )
